namespace LLaVAction.Statistics;

/// <summary>The interval of a paired difference of two accuracies.</summary>
/// <remarks>
/// d ± t·SE (<see cref="ClusterRobust"/>), within ±1, and never narrower than what the counts alone allow: the square-and-add
/// interval of paired proportions (Newcombe 1998, method 10) from Wilson's intervals of gains and of losses on the effective
/// number of questions. Where no answer became worse, the bound on losses is the exact 1 − α^(1/n), so that "no difference
/// seen" is "no difference" only as far as that many questions can tell.
/// </remarks>
public static class ClusteredDifference
{
    /// <summary>The interval; not estimable with fewer than two clusters.</summary>
    /// <param name="sample">Second minus first by cluster: 1 gained, −1 lost, 0 the same.</param>
    /// <param name="designEffect">
    /// Design effect of the accuracies compared, by the same clusters: what stands for the unknown effect on gains and losses
    /// where there are none. Below 1 it counts as 1; NaN where it is unknown, and then each cluster counts as one question.
    /// </param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    public static ConfidenceInterval Interval(ClusteredSample sample, double designEffect, double confidence = 0.95)
    {
        var standardError = ClusterRobust.StandardError(sample);
        if (double.IsNaN(standardError))
        {
            return ConfidenceInterval.NotEstimable(sample.Mean);
        }

        var (lower, upper) = FromCounts(sample, EffectiveCount(sample, designEffect), confidence);
        if (standardError == 0)
        {
            return new ConfidenceInterval(sample.Mean, lower, upper, double.NaN, double.NaN);
        }

        var degrees = ClusterRobust.DegreesOfFreedom(sample);
        var half = ClusterRobust.TQuantile((1 + confidence) / 2, degrees) * standardError;
        return new ConfidenceInterval(
            sample.Mean,
            Math.Max(-1, Math.Min(lower, sample.Mean - half)),
            Math.Min(1, Math.Max(upper, sample.Mean + half)),
            standardError,
            degrees);
    }

    /// <summary>
    /// How many independent questions tell as much about gains and losses: n over the design effect, at most n; where that
    /// is unknown, or clusters that differ are all alike, <see cref="ClusteredSample.EffectiveClusters"/>.
    /// </summary>
    public static double EffectiveCount(ClusteredSample sample, double designEffect)
    {
        var isAlike = ClusterRobust.StandardError(sample) == 0 && sample.Positives + sample.Negatives > 0;
        return double.IsNaN(designEffect) || isAlike
            ? sample.EffectiveClusters
            : sample.Count / Math.Max(1, designEffect);
    }

    private static (double Lower, double Upper) FromCounts(ClusteredSample sample, double effective, double confidence)
    {
        var gains = Share(sample.Positives, sample.Count, effective, confidence);
        var losses = Share(sample.Negatives, sample.Count, effective, confidence);

        // Gains and losses exclude each other, so they are negatively correlated: never a narrower interval.
        var odds = gains.Estimate * losses.Estimate / ((1 - gains.Estimate) * (1 - losses.Estimate));
        var correlation = odds > 0 ? Math.Sqrt(odds) : 0;
        return (
            Math.Max(-1, sample.Mean - Add(gains.Estimate - gains.Lower, losses.Upper - losses.Estimate, correlation)),
            Math.Min(1, sample.Mean + Add(gains.Upper - gains.Estimate, losses.Estimate - losses.Lower, correlation)));
    }

    private static double Add(double first, double second, double correlation) =>
        Math.Sqrt((first * first) + (second * second) + (2 * correlation * first * second));

    private static ConfidenceInterval Share(int count, int questions, double effective, double confidence)
    {
        var wilson = WilsonInterval.Of((double)count / questions, effective, WilsonInterval.NormalQuantile(confidence));
        return count > 0 ? wilson : wilson with { Upper = Math.Max(wilson.Upper, 1 - Math.Pow((1 - confidence) / 2, 1 / effective)) };
    }
}
