using LLaVAction.Runs;
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

    /// <summary>Only the first right.</summary>
    public required int OnlyFirstRight { get; init; }

    /// <summary>Only the second right.</summary>
    public required int OnlySecondRight { get; init; }

    /// <summary>What <see cref="Difference"/> and <see cref="PValue"/> are clustered by.</summary>
    public required ClusterUnit Unit { get; init; }

    /// <summary>Accuracy of the second minus that of the first on what they share.</summary>
    public required ConfidenceInterval Difference { get; init; }

    /// <summary>The same, clustered by video.</summary>
    public required ConfidenceInterval DifferenceByVideo { get; init; }

    /// <summary>Two-sided p of no difference; NaN where it cannot be estimated.</summary>
    public required double PValue { get; init; }

    /// <summary>The same, clustered by video.</summary>
    public required double PValueByVideo { get; init; }

    /// <summary><see cref="PValue"/> after Holm's correction over all pairs shown.</summary>
    public required double HolmPValue { get; init; }

    /// <summary>McNemar's exact p, which takes clips as independent.</summary>
    public required double McNemarPValue { get; init; }

    /// <summary>The smallest true difference that would have been found four times in five (uncorrected, 5 %); NaN where unknown.</summary>
    public required double MinimalDetectableDifference { get; init; }
}

/// <summary>
/// Compares each pair of cells that differ in one thing alone (model, control, strategy or frames) on what they share.
/// </summary>
public static class PairAnalysis
{
    /// <summary>All such pairs, in the order of the cells; the declared family of Holm's correction.</summary>
    public static IReadOnlyList<PairReport> Of(IReadOnlyList<CellAnswers> cells)
    {
        var pairs = new List<PairReport>();
        for (var first = 0; first < cells.Count; first++)
        {
            for (var second = first + 1; second < cells.Count; second++)
            {
                if (DifferenceIn(cells[first], cells[second]) is { } factor
                    && Compare(cells[first], cells[second]) is { } pair)
                {
                    pairs.Add(pair with { First = first, Second = second, DiffersIn = factor });
                }
            }
        }

        var corrected = HolmCorrection.Adjust([.. pairs.Select(static pair => pair.PValue)]);
        return [.. pairs.Select((pair, index) => pair with { HolmPValue = corrected[index] })];
    }

    // The one thing in which two cells differ; null when it is none or more than one.
    private static string? DifferenceIn(CellAnswers first, CellAnswers second)
    {
        List<string> factors = [];
        if (first.Run != second.Run)
        {
            // Two runs of one model that differ in the control differ in that; otherwise in the model or its settings.
            var isSameModel = first.Run.Identity.Model.HasSameContent(second.Run.Identity.Model);
            var isSameControl = first.Run.Identity.Control == second.Run.Identity.Control;
            factors.Add(isSameModel && !isSameControl ? "control" : "model");
            if (!isSameModel && !isSameControl)
            {
                factors.Add("control");
            }
        }

        if (first.Cell.Strategy != second.Cell.Strategy)
        {
            factors.Add("strategy");
        }

        if (first.Cell.Frames != second.Cell.Frames)
        {
            factors.Add("frames");
        }

        return factors.Count == 1 ? factors[0] : null;
    }

    private static PairReport? Compare(CellAnswers first, CellAnswers second)
    {
        var isSameStrategy = first.Cell.Strategy == second.Cell.Strategy;
        var before = new List<AskedQuestion>();
        var after = new Dictionary<string, AskedQuestion>(StringComparer.Ordinal);
        foreach (var row in first.Rows)
        {
            if (second.Find(row.Question.Id) is { } other && (!isSameStrategy || IsSameQuestion(row, other)))
            {
                before.Add(row);
                after.Add(row.Question.Id, other);
            }
        }

        if (before.Count == 0)
        {
            return null;
        }

        var unit = Clustering.UnitOf(before);
        var change = Clustering.Sample(before, unit, Change);
        var changeByVideo = Clustering.Sample(before, ClusterUnit.Video, Change);
        var difference = Interval(change, unit);
        return new PairReport
        {
            First = 0,
            Second = 0,
            DiffersIn = "",
            HasSameQuestions = isSameStrategy,
            Shared = before.Count,
            OnlyFirstRight = change.Negatives,
            OnlySecondRight = change.Positives,
            Unit = unit,
            Difference = difference,
            DifferenceByVideo = Interval(changeByVideo, ClusterUnit.Video),
            PValue = ClusterRobust.PValue(change),
            PValueByVideo = ClusterRobust.PValue(changeByVideo),
            HolmPValue = double.NaN,
            McNemarPValue = McNemar.ExactPValue(change.Negatives, change.Positives),
            MinimalDetectableDifference = StatisticalPower.MinimalDetectableDifference(difference),
        };

        int Change(AskedQuestion row) => Value(after[row.Question.Id]) - Value(row);

        ConfidenceInterval Interval(ClusteredSample sample, ClusterUnit by) => ClusteredDifference.Interval(
            sample,
            double.MaxNumber(
                ClusteredShare.DesignEffect(Clustering.Sample(before, by, Value)),
                ClusteredShare.DesignEffect(Clustering.Sample(before, by, row => Value(after[row.Question.Id])))));
    }

    private static int Value(AskedQuestion row) => CellAnswers.IsRight(row) ? 1 : 0;

    private static bool IsSameQuestion(AskedQuestion row, AskedQuestion other) =>
        ReferenceEquals(row.Question, other.Question)
        || (row.Question.AnswerIndex == other.Question.AnswerIndex
            && row.Question.Options.SequenceEqual(other.Question.Options, StringComparer.Ordinal));
}
