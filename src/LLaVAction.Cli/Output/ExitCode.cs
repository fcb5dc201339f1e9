namespace LLaVAction.Cli.Output;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    public const int CheckFailed = 1;

    public const int BadInput = 2;

    public const int Incomplete = 3;

    public const int InternalError = 4;

    // Interrupted by Ctrl-C or SIGTERM; the work done so far is kept.
    public const int Interrupted = 130;

    // The code that tells most of two: a failure over an interruption, over incomplete work, over success.
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
