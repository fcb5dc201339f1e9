namespace LLaVAction.Cli.Output;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A check failed (<c>verify-benchmark</c>, <c>check</c>, <c>parity</c>).</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or bad input.</summary>
    public const int BadInput = 2;

    /// <summary>Finished, but not conclusive or not complete.</summary>
    public const int Incomplete = 3;

    /// <summary>A defect of the tool itself.</summary>
    public const int InternalError = 4;

    /// <summary>Interrupted by Ctrl-C or SIGTERM; the work done so far is kept.</summary>
    public const int Interrupted = 130;

    /// <summary>The code that tells most of two: a failure over an interruption, over incomplete work, over success.</summary>
    public static int Worse(int left, int right) => Severity(left) >= Severity(right) ? left : right;

    private static int Severity(int exitCode) => exitCode switch
    {
        Done => 0,
        Incomplete => 1,
        Interrupted => 2,
        CheckFailed => 3,
        BadInput => 4,
        _ => 5,
    };
}
