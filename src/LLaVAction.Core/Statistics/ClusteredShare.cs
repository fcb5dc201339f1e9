namespace LLaVAction.Statistics;

/// <summary>
/// The interval of an accuracy: Wilson's on the effective number of questions, with Student's t for the normal quantile
/// (Franco, Little, Louis and Slud 2019, "Comparative study of confidence intervals for proportions in complex sample
/// surveys"). docs/statistics.md has its simulated coverage.
/// </summary>
public static class ClusteredShare
{
    /// <summary>
    /// How many independent questions would tell as much: p(1 − p) / SE², at most the number of questions. Where clusters
    /// are all alike their spread is unknown, and each counts as one question: <see cref="ClusteredSample.EffectiveClusters"/>.
    /// NaN with fewer than two clusters.
    /// </summary>
    public static double EffectiveCount(ClusteredSample sample)
    {
        var standardError = ClusterRobust.StandardError(sample);
        return standardError == 0
            ? sample.EffectiveClusters
            : Math.Min(sample.Count, sample.Mean * (1 - sample.Mean) / (standardError * standardError));
    }

    /// <summary>The variance of the clustered accuracy over that of as many independent questions; NaN where either is unknown.</summary>
    public static double DesignEffect(ClusteredSample sample)
    {
        var standardError = ClusterRobust.StandardError(sample);
        var independent = sample.Mean * (1 - sample.Mean) / (sample.Count - 1);
        return standardError > 0 && independent > 0 ? standardError * standardError / independent : double.NaN;
    }

    /// <summary>The interval; not estimable with fewer than two clusters.</summary>
    /// <param name="sample">Right (1) and wrong (0) answers by cluster.</param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    public static ConfidenceInterval Interval(ClusteredSample sample, double confidence = 0.95)
    {
        var standardError = ClusterRobust.StandardError(sample);
        if (double.IsNaN(standardError))
        {
            return ConfidenceInterval.NotEstimable(sample.Mean);
        }

        var degrees = standardError == 0 ? double.NaN : ClusterRobust.DegreesOfFreedom(sample);
        var quantile = standardError == 0
            ? WilsonInterval.NormalQuantile(confidence)
            : ClusterRobust.TQuantile((1 + confidence) / 2, degrees);
        return WilsonInterval.Of(sample.Mean, EffectiveCount(sample), quantile) with
        {
            StandardError = standardError == 0 ? double.NaN : standardError,
            DegreesOfFreedom = degrees,
        };
    }
}
