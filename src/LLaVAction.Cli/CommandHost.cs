using System.Collections;
using System.Text;
using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Output;
using Spectre.Console;

namespace LLaVAction.Cli;

/// <summary>Where a command line runs: its environment, and where results and log go.</summary>
/// <param name="Environment">The environment's variables.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="OutputTerminal">The terminal behind standard output; null for a file or a pipe.</param>
/// <param name="ErrorTerminal">The terminal behind standard error; null for a file or a pipe.</param>
internal sealed record HostStreams(
    IReadOnlyDictionary<string, string> Environment,
    TextWriter Output,
    TextWriter Error,
    Lazy<IAnsiConsole>? OutputTerminal = null,
    Lazy<IAnsiConsole>? ErrorTerminal = null)
{
    // Those of this process. Results are UTF-8 without BOM, with line feeds.
    public static HostStreams OfProcess()
    {
        var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 16384)
        {
            AutoFlush = !Console.IsOutputRedirected,
            NewLine = "\n",
        };
        return new HostStreams(
            System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
            output,
            Console.Error,
            Console.IsOutputRedirected ? null : Terminal(output),
            Console.IsErrorRedirected ? null : Terminal(Console.Error));
    }

    private static Lazy<IAnsiConsole> Terminal(TextWriter writer) =>
        new(() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) }));
}

/// <summary>Runs one command line from its arguments to its exit code.</summary>
internal static class CommandHost
{
    /// <summary>Runs the command line.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, HostStreams streams)
    {
        // The fast path: nothing of the parser is loaded to print a version.
        if (args is ["--version"])
        {
            await streams.Output.WriteLineAsync(ToolVersion.Current);
            await streams.Output.FlushAsync();
            return ExitCode.Done;
        }

        using var log = new LogOutput(streams.Error, streams.ErrorTerminal);
        await using var output = new EscapingWriter(streams.Output);
        var command = "";
        try
        {
            var exitCode = await DispatchAsync(args, streams, output, log, name => command = name);
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

    private static async Task<int> DispatchAsync(string[] args, HostStreams streams, TextWriter output, LogOutput log, Action<string> onCommand)
    {
        var isSuggestion = args is [['[', ..], ..];
        var named = args.Select(CommandRegistry.Find).FirstOrDefault(static command => command is not null);
        var line = new CommandLine(CommandRegistry.All, command => isSuggestion || command == named);
        if (isSuggestion)
        {
            line.Suggest(args, output);
            return ExitCode.Done;
        }

        if (CommandLine.AsksForHelp(args) && (named is not null || args[0].StartsWith('-')))
        {
            line.WriteHelp(named, output, isTerminal: streams.OutputTerminal is not null);
            return ExitCode.Done;
        }

        onCommand(named?.Name ?? "");
        var resolved = line.Resolve(args, streams.Environment);
        log.Configure(resolved.Globals.Effective, resolved.Globals.LogFile);
        using var interruption = new Interruption(() => log.WriteNotice("Interrupted: stopping; a second signal stops at once."));
        var context = new CommandContext(new ResultWriter(output, streams.OutputTerminal), log, resolved.Globals.LibTorch, interruption.Token);
        return await interruption.BoundAsync(Task.Run(() => resolved.Command.RunAsync(resolved.Options, context)));
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
}
