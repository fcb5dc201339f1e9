using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Gate;

/// <summary>
/// The check across models or settings of a model: paired non-inferiority, clustered by participant, one test per cell
/// (strategy × frames) at rotation 0. The verdict is that of the worst cell.
/// </summary>
/// <remarks>
/// With d the accuracy of the run minus that of the baseline and a one-sided level of 5 %: passed when the lower bound of d
/// is above −margin; worse when the upper bound is below 0; else inconclusive (Piaggio et al. 2012, "Reporting of
/// noninferiority trials"). Where no answer became worse the bound is 1 − 0.05^(1/n) on the effective number of questions
/// (<see cref="ClusteredDifference"/>): a handful of questions that agree prove nothing.
/// </remarks>
public static class AccuracyCheck
{
    private const double Level = 0.05;

    /// <summary>Runs the check.</summary>
    /// <param name="baseline">The baseline.</param>
    /// <param name="results">The run.</param>
    /// <param name="margin">Loss of accuracy that is still the same, in 0..1.</param>
    public static CheckResult Run(Baseline baseline, RunResults results, double margin)
    {
        var answers = baseline.Answers.ToDictionary(static answer => answer.Key);
        var cells = results.Cells.Select(cell => Check(answers, results, cell, margin)).ToArray();
        var worst = cells.MaxBy(static cell => cell.Verdict)!;
        return worst with { Details = [.. cells.Select(static cell => cell.Reason)] };
    }

    private static CheckResult Check(Dictionary<ResultKey, BaselineAnswer> answers, RunResults results, RunCell cell, double margin)
    {
        var name = FormattableString.Invariant($"{cell.Strategy}, {cell.Frames} frames");
        var rows = results.Read(cell).ToArray();
        var missing = rows.Count(static row => row.Result is null);
        if (missing > 0)
        {
            return new CheckResult(
                CheckVerdict.Inconclusive,
                FormattableString.Invariant($"{name}: {missing} of {rows.Length} questions have no result yet. Run the same evaluate-model command again to complete the run."),
                []);
        }

        var unit = Clustering.UnitOf(rows);
        var before = Clustering.Sample(rows, unit, row => Right(Expected(row)));
        var after = Clustering.Sample(rows, unit, static row => Right(row.Result!.IsCorrect));
        var change = Clustering.Sample(rows, unit, row => Right(row.Result!.IsCorrect) - Right(Expected(row)));
        var designEffect = double.MaxNumber(ClusteredShare.DesignEffect(before), ClusteredShare.DesignEffect(after));
        var interval = ClusteredDifference.Interval(change, designEffect, 1 - (2 * Level));
        var clusters = Clustering.Describe(unit, change.Clusters.Count);
        if (!interval.IsEstimable)
        {
            return new CheckResult(
                CheckVerdict.Inconclusive,
                FormattableString.Invariant($"{name}: all {rows.Length} questions are of {clusters}; a bound on the change of accuracy needs at least two videos."),
                []);
        }

        var effective = ClusteredDifference.EffectiveCount(change, designEffect);
        var measured = change.Positives + change.Negatives == 0
            ? FormattableString.Invariant($"{name}: none of {rows.Length} answers ({clusters}, effective n {effective:0}) became right or wrong; a loss of up to {-100 * interval.Lower:0.0} points is possible at 95 % confidence, margin {100 * margin:0.0}")
            : FormattableString.Invariant($"{name}: accuracy changed by {100 * interval.Estimate:+0.0;-0.0;0.0} points (90 % interval {100 * interval.Lower:+0.0;-0.0;0.0} to {100 * interval.Upper:+0.0;-0.0;0.0}, {rows.Length} questions of {clusters}), margin {100 * margin:0.0}");
        if (interval.Lower > -margin)
        {
            return new CheckResult(CheckVerdict.Passed, $"{measured}: not worse by more than the margin.", []);
        }

        if (interval.Upper < 0)
        {
            return new CheckResult(CheckVerdict.Worse, $"{measured}: worse.", []);
        }

        return new CheckResult(CheckVerdict.Inconclusive, $"{measured}: inconclusive; {Advice(change, interval, effective, margin)}.", []);

        bool? Expected(AskedQuestion row) => answers.TryGetValue(new ResultKey(row.Question.Id, cell.Strategy, cell.Frames, 0), out var answer)
            ? answer.Correct
            : throw new InputException($"Not comparable: the baseline has no answer to '{row.Question.Id}' of set '{cell.Strategy}'. Make the baseline again.");
    }

    private static string Advice(ClusteredSample change, ConfidenceInterval interval, double effective, double margin)
    {
        // The nearer of the two bounds that would decide: that of "not worse", and that of "worse".
        var needed = change.Positives + change.Negatives == 0
            ? StatisticalPower.QuestionsWithoutLoss(change.Count, effective, margin, Level)
            : interval.Estimate > -margin / 2
                ? StatisticalPower.QuestionsToDecide(change.Count, interval.Estimate - interval.Lower, interval.Estimate + margin)
                : StatisticalPower.QuestionsToDecide(change.Count, interval.Upper - interval.Estimate, -interval.Estimate);
        return needed is { } questions
            ? FormattableString.Invariant($"about {questions} questions would decide")
            : "no number of questions decides a margin of 0";
    }

    private static int Right(bool? isCorrect) => isCorrect == true ? 1 : 0;
}
