using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Commands;

/// <summary>An example of <c>--help</c>.</summary>
/// <param name="Purpose">What it does, in a few words.</param>
/// <param name="CommandLine">The whole line, beginning with <c>llavaction</c>; it runs as it stands, given the files it names.</param>
internal sealed record CommandExample(string Purpose, string CommandLine);

/// <summary>A command of the tool, as the command line sees it.</summary>
internal abstract class ToolCommand
{
    private readonly Lazy<OptionSchema> _schema;

    private protected ToolCommand(string name, string description, Type options)
    {
        Name = name;
        Description = description;
        _schema = new Lazy<OptionSchema>(() => new OptionSchema(name, options));
    }

    public string Name { get; }

    public string Description { get; }

    public OptionSchema Schema => _schema.Value;

    public abstract IReadOnlyList<CommandExample> Examples { get; }

    public abstract Task<int> RunAsync(object options, CommandContext context);
}

/// <summary>
/// A command: one record of options and what it does with them. Layers, logging, signals and exit codes are not its
/// business; another command runs it as a step by handing it a record.
/// </summary>
/// <typeparam name="TOptions">Its options: a record whose properties carry <see cref="OptionAttribute"/>.</typeparam>
/// <param name="name">What the user types, in kebab-case.</param>
/// <param name="description">One sentence for the overview of commands.</param>
internal abstract class ToolCommand<TOptions>(string name, string description) : ToolCommand(name, description, typeof(TOptions))
    where TOptions : class
{
    public sealed override Task<int> RunAsync(object options, CommandContext context) => RunAsync((TOptions)options, context);

    /// <summary>Does the work: results go to <see cref="CommandContext.Results"/> or to files, everything else to the log.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="InputException">Something the user gave is wrong; becomes exit code 2.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted; becomes exit code 130.</exception>
    public abstract Task<int> RunAsync(TOptions options, CommandContext context);
}
