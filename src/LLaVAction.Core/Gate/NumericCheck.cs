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
        var changes = baseline.Answers
            .Select(expected => results.Find(expected.Key) is { } found ? Change.Between(expected, found, tolerance) : null)
            .OfType<Change>()
            .ToArray();
        var moved = changes.Where(change => change.IsBeyond(tolerance)).OrderByDescending(static change => change.Movement).ToArray();
        var details = moved.Take(ShownAnswers).Select(static change => change.Describe()).ToArray();
        var largest = changes.Select(static change => change.Movement).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (moved.Length > 0)
        {
            var incomparable = changes.Count(static change => !double.IsFinite(change.Movement));
            var without = incomparable > 0 ? FormattableString.Invariant($"; {incomparable} without letter scores on one side") : "";
            return new CheckResult(
                CheckVerdict.Worse,
                FormattableString.Invariant($"{moved.Length} of {changes.Length} answers moved beyond the tolerance of {tolerance} nats (largest movement {largest:G3}{without})."),
                details);
        }

        var missing = baseline.Answers.Count - changes.Length;
        if (missing > 0)
        {
            return new CheckResult(
                CheckVerdict.Inconclusive,
                FormattableString.Invariant($"{missing} of {baseline.Answers.Count} questions have no result yet; the other {changes.Length} agree. Run the same evaluate-model command again to complete the run."),
                details);
        }

        var scored = changes.Count(static change => change.HasScores);
        return scored == 0
            ? new CheckResult(CheckVerdict.Passed, FormattableString.Invariant($"{changes.Length} answers choose the baseline's options; there are no letter scores, so smaller changes would not show."), details)
            : new CheckResult(
                CheckVerdict.Passed,
                FormattableString.Invariant($"{changes.Length} answers agree with the baseline ({scored} with letter scores): largest movement {largest:G3} nats, {changes.Count(static change => change.IsNearTie)} near-ties changed sides."),
                details);
    }

    /// <summary>One answer beside the baseline's.</summary>
    /// <param name="Expected">The baseline's.</param>
    /// <param name="Found">The run's.</param>
    /// <param name="Movement">Largest change of a log-probability, in nats; infinite when one side has no scores.</param>
    /// <param name="IsNearTie">The choice changed between options that were within the tolerance.</param>
    private sealed record Change(BaselineAnswer Expected, ResultLine Found, double Movement, bool IsNearTie)
    {
        public bool HasScores => Expected.LetterLogprobs is not null;

        private bool IsFlip => Expected.PredictedIndex != Found.PredictedIndex;

        public static Change Between(BaselineAnswer expected, ResultLine found, double tolerance) => new(
            expected,
            found,
            LargestMovement(expected.LetterLogprobs, found.LetterLogprobs),
            expected.PredictedIndex != found.PredictedIndex && Margin(expected.LetterLogprobs) <= tolerance);

        public bool IsBeyond(double tolerance) => Movement > tolerance || (IsFlip && !IsNearTie);

        public string Describe()
        {
            var flip = IsFlip ? FormattableString.Invariant($", option {Name(Expected.PredictedIndex)} became {Name(Found.PredictedIndex)}") : "";
            var moved = double.IsFinite(Movement) ? FormattableString.Invariant($"moved by {Movement:G3}") : "no letter scores on one side";
            return FormattableString.Invariant(
                $"{Expected.Id}, {Expected.Strategy}, {Expected.Frames} frames, rotation {Expected.Rotation}: {moved}{flip}");
        }

        private static double LargestMovement(IReadOnlyList<double>? expected, IReadOnlyList<double>? found)
        {
            if (expected is null && found is null)
            {
                return 0;
            }

            return expected is null || found is null || expected.Count != found.Count
                ? double.PositiveInfinity
                : expected.Zip(found, static (before, after) => Math.Abs(before - after)).DefaultIfEmpty(0).Max();
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

        private static string Name(int? option) => option is { } index ? ((char)('A' + index)).ToString() : "none";
    }
}
