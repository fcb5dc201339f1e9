namespace LLaVAction.Cli.Hosting;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A check failed (<c>verify-benchmark</c>, <c>check</c>).</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or bad input.</summary>
    public const int BadInput = 2;

    /// <summary>Finished, but not conclusive or not complete.</summary>
    public const int Incomplete = 3;

    /// <summary>A defect of the tool itself.</summary>
    public const int InternalError = 4;

    /// <summary>Interrupted by Ctrl-C or SIGTERM; the work done so far is kept.</summary>
    public const int Interrupted = 130;
}
