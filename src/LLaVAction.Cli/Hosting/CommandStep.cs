using System.Buffers;

namespace LLaVAction.Cli.Hosting;

/// <summary>
/// A command that another command runs. It reads its options from its own line alone: the environment and the
/// configuration file speak to the command that the user typed.
/// </summary>
/// <param name="Arguments">The whole line without <c>llavaction</c>.</param>
internal sealed record CommandStep(IReadOnlyList<string> Arguments)
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:+@%");

    private static readonly Dictionary<string, string> NoEnvironment = new(StringComparer.Ordinal);

    /// <summary>The line as a user would type it.</summary>
    public string CommandLine => "llavaction " + string.Join(' ', Arguments.Select(Quote));

    /// <summary>Checks the line without running it.</summary>
    /// <exception cref="UsageException">An option or argument is unknown, missing or malformed.</exception>
    public void Check() => Resolve();

    /// <summary>Runs the command.</summary>
    /// <param name="context">The context of the command that runs it.</param>
    /// <param name="output">Where its results go.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public Task<int> RunAsync(CommandContext context, TextWriter output)
    {
        var (module, line) = Resolve();
        return module.RunAsync(context.ForStep(line.Result, line.Configuration, output));
    }

    private (CommandModule Module, Configuration.LayeredCommandLine Line) Resolve()
    {
        var tree = new CommandTree();
        var module = tree.Find(Arguments[0]) ?? throw new UsageException($"'{Arguments[0]}' is not a command.");
        return (module, tree.Resolve(module, [.. Arguments], NoEnvironment));
    }

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? argument
            : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
