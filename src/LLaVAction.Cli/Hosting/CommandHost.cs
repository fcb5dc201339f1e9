using System.Text;
using LLaVAction.Cli.Configuration;

namespace LLaVAction.Cli.Hosting;

/// <summary>Runs one command line from its arguments to its exit code.</summary>
internal static class CommandHost
{
    /// <summary>Runs the command line on the process's environment, stdout and stderr.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, ReadEnvironment(), OpenOutput(), Console.Error);

    /// <summary>Runs the command line on what it is given.</summary>
    /// <param name="args">The arguments, the command first.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where log, progress and failures go.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] args, IReadOnlyDictionary<string, string> environment, TextWriter output, TextWriter error)
    {
        using var log = new LogOutput(error);
        var command = string.Empty;
        try
        {
            var exitCode = await DispatchAsync(args, environment, output, log, name => command = name);
            await output.FlushAsync();
            return exitCode;
        }
#pragma warning disable CA1031 // The last resort: whatever ends a command becomes a message and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await FlushQuietlyAsync(output);
            var failure = Failure.Of(exception, command);
            log.WriteFailure(failure, exception);
            return failure.ExitCode;
        }
    }

    private static async Task FlushQuietlyAsync(TextWriter output)
    {
        try
        {
            await output.FlushAsync();
        }
        catch (IOException)
        {
            // The failure that ended the command is the one to report.
        }
    }

    private static async Task<int> DispatchAsync(
        string[] args, IReadOnlyDictionary<string, string> environment, TextWriter output, LogOutput log, Action<string> onCommand)
    {
        // The fast path: nothing of the parser is loaded to print a version.
        if (args is ["--version"])
        {
            await output.WriteLineAsync(ToolVersion.Current);
            return ExitCode.Done;
        }

        var tree = new CommandTree();
        var module = args.Length == 0 ? null : tree.Find(args[0]);
        if (HelpPage.IsAskedFor(args) && (module is not null || args[0].StartsWith('-')))
        {
            HelpPage.Write(tree.Root, module, output);
            return ExitCode.Done;
        }

        if (module is null)
        {
            throw new UsageException(ComplaintWithoutCommand(args, tree.Modules));
        }

        onCommand(module.Command.Name);
        var line = tree.Resolve(module, args, environment);
        log.Configure(line.Result.GetValue(tree.Globals.Verbosity)!, line.Result.GetValue(tree.Globals.LogFile));
        return await RunModuleAsync(module, line, line.Result.GetValue(tree.Globals.LibTorch), output, log);
    }

    private static async Task<int> RunModuleAsync(CommandModule module, LayeredCommandLine line, string? libTorchFolder, TextWriter output, LogOutput log)
    {
        using var interruption = new Interruption(() => log.WriteNotice("Interrupted: stopping; a second signal stops at once."));
        return await module.RunAsync(new CommandContext(line.Result, line.Configuration, libTorchFolder, output, log, interruption.Token));
    }

    private static string ComplaintWithoutCommand(string[] args, IReadOnlyList<CommandModule> modules)
    {
        var names = modules.Select(module => module.Command.Name).ToList();
        if (args.Length == 0)
        {
            return $"No command given. Commands: {string.Join(", ", names)}.";
        }

        return args[0].StartsWith('-')
            ? $"The command comes first, then its options; found '{args[0]}'."
            : $"'{args[0]}' is not a command.{NearestName.Hint(args[0], names)}";
    }

    private static Dictionary<string, string> ReadEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);

    private static StreamWriter OpenOutput() =>
        new(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16384)
        {
            AutoFlush = !Console.IsOutputRedirected,
            NewLine = "\n",
        };
}
