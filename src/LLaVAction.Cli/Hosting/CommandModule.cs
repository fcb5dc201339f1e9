using System.CommandLine;

namespace LLaVAction.Cli.Hosting;

/// <summary>
/// One command: its options, its examples and what it does. A command declares its options as fields, adds them in its
/// constructor, and reads them from the context it is run with; layering, logging, signals and exit codes are the host's.
/// </summary>
internal abstract class CommandModule
{
    /// <summary>Creates the command.</summary>
    /// <param name="name">What the user types, in kebab-case.</param>
    /// <param name="description">One sentence for the overview of commands.</param>
    protected CommandModule(string name, string description)
    {
        Command = new Command(name, description);
    }

    /// <summary>The command as the parser sees it.</summary>
    public Command Command { get; }

    /// <summary>Examples for <c>--help</c> that run as they stand, given the files they name.</summary>
    public abstract IReadOnlyList<CommandExample> Examples { get; }

    /// <summary>
    /// Does the work. Results go to <see cref="CommandContext.Output"/> or to files, everything else to
    /// <see cref="CommandContext.Log"/>.
    /// </summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="InputException">Something the user gave is wrong; the host turns it into exit code 2.</exception>
    /// <exception cref="OperationCanceledException">The user interrupted; the host turns it into exit code 130.</exception>
    public abstract Task<int> RunAsync(CommandContext context);

    /// <summary>Adds an option and hands it back, so that a field can be declared and added in one line.</summary>
    protected Option<T> Add<T>(Option<T> option)
    {
        Command.Options.Add(option);
        return option;
    }

    /// <summary>Adds a positional argument and hands it back.</summary>
    protected Argument<T> Add<T>(Argument<T> argument)
    {
        Command.Arguments.Add(argument);
        return argument;
    }
}

/// <summary>An example of <c>--help</c>.</summary>
/// <param name="Purpose">What it does, in a few words.</param>
/// <param name="CommandLine">The whole line, beginning with <c>llavaction</c>.</param>
internal sealed record CommandExample(string Purpose, string CommandLine);
