using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>Two cells on what they share.</summary>
public sealed record PairReport
{
    /// <summary>Index of the first cell.</summary>
    public required int First { get; init; }

    /// <summary>Index of the second cell.</summary>
    public required int Second { get; init; }

    /// <summary>In what the two differ: <c>model</c>, <c>control</c>, <c>strategy</c> or <c>frames</c>.</summary>
    public required string DiffersIn { get; init; }

    /// <summary>
    /// True when both asked the same questions; false when they asked about the same clips with other distractors.
    /// </summary>
    public required bool HasSameQuestions { get; init; }

    /// <summary>Questions (or clips) both asked.</summary>
    public required int Shared { get; init; }

    /// <summary>Both right.</summary>
    public required int BothRight { get; init; }

    /// <summary>Only the first right.</summary>
    public required int OnlyFirstRight { get; init; }

    /// <summary>Only the second right.</summary>
    public required int OnlySecondRight { get; init; }

    /// <summary>Accuracy of the second minus that of the first on what they share, interval clustered by video.</summary>
    public required ConfidenceInterval Difference { get; init; }

    /// <summary>The same, clustered by participant.</summary>
    public required ConfidenceInterval DifferenceByParticipant { get; init; }

    /// <summary>Two-sided p of no difference, clustered by video; NaN with fewer than two videos.</summary>
    public required double PValue { get; init; }

    /// <summary><see cref="PValue"/> after Holm's correction over all pairs shown.</summary>
    public required double HolmPValue { get; init; }

    /// <summary>McNemar's exact p, which takes clips as independent.</summary>
    public required double McNemarPValue { get; init; }

    /// <summary>The smallest true difference that would have been found four times in five (uncorrected, 5 %).</summary>
    public required double MinimalDetectableDifference { get; init; }
}
