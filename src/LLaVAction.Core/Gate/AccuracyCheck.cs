using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Gate;

/// <summary>
/// The check across models or settings of a model: paired non-inferiority, clustered by video, one test per cell
/// (strategy × frames) at rotation 0. The verdict is that of the worst cell.
/// </summary>
/// <remarks>
/// With d the mean of run − baseline (1 for right, 0 for wrong) and a one-sided level of 5 %: passed when d is larger than
/// −margin; else worse when d is below 0; else inconclusive (Piaggio et al. 2012, "Reporting of noninferiority trials").
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
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(results);
        var answers = baseline.Answers.ToDictionary(static answer => answer.Key);
        var cells = results.Cells.Select(cell => Check(answers, results, cell, margin)).ToArray();
        var worst = cells.MaxBy(static cell => cell.Verdict)!;
        return new CheckResult(worst.Verdict, worst.Reason, [.. cells.Select(static cell => cell.Reason)]);
    }

    private static CheckResult Check(Dictionary<ResultKey, BaselineAnswer> answers, RunResults results, RunCell cell, double margin)
    {
        var differences = new List<double>();
        var videos = new List<string>();
        var missing = 0;
        foreach (var (question, result) in results.Read(cell))
        {
            if (result is null)
            {
                missing++;
                continue;
            }

            var expected = answers.TryGetValue(new ResultKey(question.Id, cell.Strategy, cell.Frames, 0), out var answer)
                ? answer
                : throw new InputException($"Not comparable: the baseline has no answer to '{question.Id}' of set '{cell.Strategy}'. Make the baseline again.");
            differences.Add((result.IsCorrect == true ? 1 : 0) - (expected.Correct == true ? 1 : 0));
            videos.Add(question.VideoId);
        }

        var name = FormattableString.Invariant($"{cell.Strategy}, {cell.Frames} frames");
        if (missing > 0)
        {
            return new CheckResult(
                CheckVerdict.Inconclusive,
                FormattableString.Invariant($"{name}: {missing} questions have no result yet. Start the same evaluate-model again to complete the run."),
                []);
        }

        if (differences.TrueForAll(static difference => difference == 0))
        {
            return new CheckResult(CheckVerdict.Passed, FormattableString.Invariant($"{name}: {differences.Count} questions, each as right or wrong as before."), []);
        }

        var sample = ClusteredSample.From(differences, videos);
        var interval = ClusterRobust.Interval(sample, 1 - (2 * Level));
        var measured = FormattableString.Invariant(
            $"{name}: accuracy changed by {100 * interval.Estimate:+0.0;-0.0;0.0} points (90 % interval {100 * interval.Lower:+0.0;-0.0;0.0} to {100 * interval.Upper:+0.0;-0.0;0.0}, {differences.Count} questions of {sample.Clusters.Count} videos), margin {100 * margin:0.0}");
        if (interval.Lower > -margin)
        {
            return new CheckResult(CheckVerdict.Passed, $"{measured}: same or better.", []);
        }

        if (interval.Upper < 0)
        {
            return new CheckResult(CheckVerdict.Worse, $"{measured}: worse.", []);
        }

        var needed = StatisticalPower.QuestionsToDecide(
            interval.StandardError, differences.Count, sample.Clusters.Count, Math.Max(interval.Estimate + margin, -interval.Estimate), Level);
        var advice = needed is { } questions && questions > differences.Count
            ? FormattableString.Invariant($"about {questions} questions with such a difference would decide")
            : "more videos are needed to decide";
        return new CheckResult(CheckVerdict.Inconclusive, $"{measured}: {advice}.", []);
    }
}
