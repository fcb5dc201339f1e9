using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Comparison;

/// <summary>
/// Compares each pair of cells that differ in one thing alone (model, control, strategy or frames) on what they share.
/// </summary>
public static class PairAnalysis
{
    /// <summary>All such pairs, in the order of the cells; the declared family of Holm's correction.</summary>
    public static IReadOnlyList<PairReport> Of(IReadOnlyList<CellAnswers> cells)
    {
        ArgumentNullException.ThrowIfNull(cells);
        var pairs = new List<PairReport>();
        for (var first = 0; first < cells.Count; first++)
        {
            for (var second = first + 1; second < cells.Count; second++)
            {
                if (DifferenceIn(cells[first], cells[second]) is { } factor
                    && Compare(cells[first], cells[second], first, second, factor) is { } pair)
                {
                    pairs.Add(pair);
                }
            }
        }

        var corrected = HolmCorrection.Adjust([.. pairs.Select(static pair => pair.PValue)]);
        return [.. pairs.Select((pair, index) => pair with { HolmPValue = corrected[index] })];
    }

    /// <summary>The one thing in which two cells differ; null when it is none or more than one.</summary>
    private static string? DifferenceIn(CellAnswers first, CellAnswers second)
    {
        List<string> factors = [];
        if (first.Run != second.Run)
        {
            // Two runs of one model that differ in the control differ in that; otherwise in the model or its settings.
            var isSameModel = first.Run.Identity.Model.Name == second.Run.Identity.Model.Name;
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

    private static PairReport? Compare(CellAnswers first, CellAnswers second, int firstIndex, int secondIndex, string factor)
    {
        var differences = new List<double>();
        var videos = new List<string>();
        var participants = new List<string>();
        int both = 0, onlyFirst = 0, onlySecond = 0;
        var isSameStrategy = first.Cell.Strategy == second.Cell.Strategy;
        foreach (var row in first.Rows)
        {
            if (second.Find(row.Question.Id) is not { } other || (isSameStrategy && !IsSameQuestion(row, other)))
            {
                continue;
            }

            var isFirstRight = CellAnswers.IsRight(row);
            var isSecondRight = CellAnswers.IsRight(other);
            both += isFirstRight && isSecondRight ? 1 : 0;
            onlyFirst += isFirstRight && !isSecondRight ? 1 : 0;
            onlySecond += !isFirstRight && isSecondRight ? 1 : 0;
            differences.Add((isSecondRight ? 1 : 0) - (isFirstRight ? 1 : 0));
            videos.Add(row.Question.VideoId);
            participants.Add(row.Question.ParticipantId);
        }

        if (differences.Count == 0)
        {
            return null;
        }

        var byVideo = ClusteredSample.From(differences, videos);
        var interval = ClusterRobust.Interval(byVideo);
        var pValue = ClusterRobust.PValue(byVideo);
        return new PairReport
        {
            First = firstIndex,
            Second = secondIndex,
            DiffersIn = factor,
            HasSameQuestions = isSameStrategy,
            Shared = differences.Count,
            BothRight = both,
            OnlyFirstRight = onlyFirst,
            OnlySecondRight = onlySecond,
            Difference = interval.ClampTo(-1, 1),
            DifferenceByParticipant = ClusterRobust.Interval(ClusteredSample.From(differences, participants)).ClampTo(-1, 1),
            PValue = pValue,
            HolmPValue = pValue,
            McNemarPValue = McNemar.ExactPValue(onlyFirst, onlySecond),
            MinimalDetectableDifference = StatisticalPower.MinimalDetectableDifference(interval.StandardError, byVideo.Clusters.Count),
        };
    }

    /// <summary>The same clip, the same options in the same places.</summary>
    private static bool IsSameQuestion(AskedQuestion row, AskedQuestion other) =>
        ReferenceEquals(row.Question, other.Question)
        || (row.Question.AnswerIndex == other.Question.AnswerIndex
            && row.Question.Options.SequenceEqual(other.Question.Options, StringComparer.Ordinal));
}
