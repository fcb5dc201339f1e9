namespace LLaVAction.Gate;

/// <summary>The outcome of a regression check, from best to worst.</summary>
public enum CheckVerdict
{
    /// <summary>Same or better.</summary>
    Passed,

    /// <summary>Too few questions, or an incomplete run, to tell.</summary>
    Inconclusive,

    /// <summary>Worse.</summary>
    Worse,
}

/// <summary>A verdict and what it rests on.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">One line that says why.</param>
/// <param name="Details">Further lines: one per cell, or the answers that moved most.</param>
public sealed record CheckResult(CheckVerdict Verdict, string Reason, IReadOnlyList<string> Details);
