using Serilog;

namespace LLaVAction.Cli.Output;

/// <summary>What a command works with besides its options.</summary>
internal sealed class CommandContext(ResultWriter results, LogOutput log, string? libTorchFolder, CancellationToken cancellationToken)
{
    public ResultWriter Results => results;

    public ILogger Log => log.Logger;

    // The folder of libtorch that the user named; null for the first that is found.
    public string? LibTorchFolder => libTorchFolder;

    // Cancelled by Ctrl-C and SIGTERM. Stop soon, keep what is done, and let the exception through.
    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>Shows progress on stderr until disposed: a bar on a terminal, a plain line per interval elsewhere.</summary>
    /// <param name="activity">What is going on, for example <c>evaluating</c>.</param>
    /// <param name="unit">What is counted, in the plural, for example <c>clips</c>.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="alreadyDone">How many were done before this start (a resumed run); they do not count for the rate.</param>
    public IProgressReporter StartProgress(string activity, string unit, long total, long alreadyDone = 0) =>
        log.StartProgress(new ProgressState(activity, unit, total, alreadyDone, TimeProvider.System));

    public CommandContext WithResults(TextWriter output) => new(new ResultWriter(output), log, libTorchFolder, cancellationToken);
}
