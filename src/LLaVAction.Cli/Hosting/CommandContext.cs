using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Progress;
using Serilog;

namespace LLaVAction.Cli.Hosting;

/// <summary>What a command gets to do its work.</summary>
internal sealed class CommandContext(
    ParseResult options, MergedConfiguration configuration, string? libTorchFolder, TextWriter output, LogOutput log, CancellationToken cancellationToken)
{
    /// <summary>Standard output: results and nothing else. UTF-8 without BOM, line feeds, flushed at the end.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>The folder of libtorch that the user named; null for the first that is found.</summary>
    public string? LibTorchFolder { get; } = libTorchFolder;

    /// <summary>The log: stderr, and the file of <c>--log-file</c>.</summary>
    public ILogger Log => log.Logger;

    /// <summary>Cancelled by Ctrl-C and SIGTERM. Stop soon, keep what is done, and let the exception through.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Every option in force and where it comes from, to be stored with a run.</summary>
    public MergedConfiguration Configuration { get; } = configuration;

    /// <summary>The value of an option; its default, or null, when it was not given.</summary>
    public T Get<T>(Option<T> option) => options.GetValue(option)!;

    /// <summary>The value of a positional argument.</summary>
    public T Get<T>(Argument<T> argument) => options.GetValue(argument)!;

    /// <summary>
    /// Shows progress on stderr until disposed: a bar on a terminal, a plain line per interval elsewhere.
    /// </summary>
    /// <param name="activity">What is going on, for example <c>evaluating</c>.</param>
    /// <param name="unit">What is counted, in the plural, for example <c>clips</c>.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="alreadyDone">How many were done before this start (a resumed run); they do not count for the rate.</param>
    public IProgressReporter StartProgress(string activity, string unit, long total, long alreadyDone = 0) =>
        log.StartProgress(new ProgressState(activity, unit, total, alreadyDone, TimeProvider.System));

    /// <summary>The context of a command that this one runs as a step: same log and signals, own options and output.</summary>
    public CommandContext ForStep(ParseResult stepOptions, MergedConfiguration stepConfiguration, TextWriter stepOutput) =>
        new(stepOptions, stepConfiguration, LibTorchFolder, stepOutput, log, CancellationToken);
}
