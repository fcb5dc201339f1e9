using LLaVAction.Runs;

namespace LLaVAction.Gate;

/// <summary>
/// The check for one model and one way of asking: the numbers themselves may not move. Useful from a handful of questions
/// on, for it does not look at accuracy at all.
/// </summary>
public static class NumericCheck
{
    private const int ShownAnswers = 5;

    /// <summary>
    /// Passes when no log-probability moved by more than the tolerance, and no prediction changed whose margin in the
    /// baseline (between its first and second option) exceeds it. Without letter scores every changed prediction counts.
    /// </summary>
    /// <param name="baseline">The baseline.</param>
    /// <param name="results">The run.</param>
    /// <param name="tolerance">Largest movement allowed, in nats.</param>
    public static CheckResult Run(Baseline baseline, RunResults results, double tolerance)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(results);
        var missing = 0;
        var nearTies = 0;
        var incomparable = 0;
        var largest = 0.0;
        var moved = new List<(double Size, string Text)>();
        foreach (var expected in baseline.Answers)
        {
            var found = results.Find(expected.Key);
            if (found is null)
            {
                missing++;
                continue;
            }

            var movement = Movement(expected.LetterLogprobs, found.LetterLogprobs);
            largest = double.IsFinite(movement) ? Math.Max(largest, movement) : largest;
            incomparable += double.IsFinite(movement) ? 0 : 1;
            var isFlip = expected.PredictedIndex != found.PredictedIndex;
            var isNearTie = isFlip && Margin(expected.LetterLogprobs) <= tolerance;
            nearTies += isNearTie ? 1 : 0;
            if (movement > tolerance || (isFlip && !isNearTie))
            {
                moved.Add((movement, Describe(expected, found, movement, isFlip)));
            }
        }

        var compared = baseline.Answers.Count - missing;
        var details = moved.OrderByDescending(static entry => entry.Size).Take(ShownAnswers).Select(static entry => entry.Text).ToArray();
        if (moved.Count > 0)
        {
            var without = incomparable > 0 ? FormattableString.Invariant($"; {incomparable} without letter scores on one side") : "";
            return new CheckResult(
                CheckVerdict.Worse,
                FormattableString.Invariant($"{moved.Count} of {compared} answers moved beyond the tolerance of {tolerance} nats (largest movement {largest:G3}{without})."),
                details);
        }

        return missing > 0
            ? new CheckResult(
                CheckVerdict.Inconclusive,
                FormattableString.Invariant($"{missing} of {baseline.Answers.Count} questions have no result yet; the {compared} others agree. Start the same evaluate-model again to complete the run."),
                details)
            : new CheckResult(
                CheckVerdict.Passed,
                FormattableString.Invariant($"{compared} answers agree with the baseline: largest movement {largest:G3} nats, {nearTies} near-ties changed sides."),
                details);
    }

    /// <summary>Largest change of a log-probability; infinite when one side has scores and the other none.</summary>
    private static double Movement(IReadOnlyList<double>? expected, IReadOnlyList<double>? found)
    {
        if (expected is null || found is null)
        {
            return expected is null && found is null ? 0 : double.PositiveInfinity;
        }

        var largest = expected.Count == found.Count ? 0 : double.PositiveInfinity;
        for (var option = 0; option < Math.Min(expected.Count, found.Count); option++)
        {
            var change = Math.Abs(expected[option] - found[option]);
            largest = double.IsNaN(change) ? double.PositiveInfinity : Math.Max(largest, change);
        }

        return largest;
    }

    private static double Margin(IReadOnlyList<double>? scores)
    {
        if (scores is null || scores.Count < 2)
        {
            return double.PositiveInfinity;
        }

        var ordered = scores.OrderDescending().ToArray();
        return ordered[0] - ordered[1];
    }

    private static string Describe(BaselineAnswer expected, ResultLine found, double movement, bool isFlip)
    {
        var flip = isFlip ? FormattableString.Invariant($", option {Name(expected.PredictedIndex)} became {Name(found.PredictedIndex)}") : "";
        var moved = double.IsFinite(movement) ? FormattableString.Invariant($"moved by {movement:G3}") : "no letter scores on one side";
        return FormattableString.Invariant(
            $"{expected.Id}, {expected.Strategy}, {expected.Frames} frames, rotation {expected.Rotation}: {moved}{flip}");
    }

    private static string Name(int? option) => option is { } index ? ((char)('A' + index)).ToString() : "none";
}
