namespace LLaVAction.Statistics;

/// <summary>
/// Percentile interval from resampling whole clusters (the "pairs cluster" bootstrap; Cameron, Gelbach and Miller 2008).
/// It assumes no normality, and stands beside the cluster-robust interval as a check on it.
/// </summary>
public static class ClusterBootstrap
{
    /// <summary>Resamples enough for two stable digits of a 95 % interval.</summary>
    public const int DefaultResamples = 4000;

    /// <summary>With fewer clusters resamples repeat each other, and percentiles are far too narrow.</summary>
    public const int FewestClusters = 10;

    /// <summary>
    /// Interval of the mean: G clusters drawn with replacement, sum over count, quantiles by linear interpolation
    /// (type 7 of Hyndman and Fan 1996, NumPy's default). Not estimable with fewer than <see cref="FewestClusters"/>
    /// clusters, or where all resamples are alike.
    /// </summary>
    /// <param name="sample">The values by cluster.</param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    /// <param name="resamples">Number of resamples.</param>
    /// <param name="seed">Seed; the same seed and sample give the same interval.</param>
    public static ConfidenceInterval Interval(
        ClusteredSample sample,
        double confidence = 0.95,
        int resamples = DefaultResamples,
        long seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        var clusters = sample.Clusters.Count;
        if (clusters < FewestClusters)
        {
            return ConfidenceInterval.NotEstimable(sample.Mean);
        }

        var random = new KeyedRandom(seed, "clusters", "bootstrap");
        var means = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            int sum = 0, count = 0;
            for (var draw = 0; draw < clusters; draw++)
            {
                var cluster = random.NextInt32(clusters);
                sum += sample.Sum(cluster);
                count += sample.Counts[cluster];
            }

            means[resample] = (double)sum / count;
        }

        Array.Sort(means);
        if (means[0] == means[^1])
        {
            return ConfidenceInterval.NotEstimable(sample.Mean);
        }

        var tail = (1 - confidence) / 2;
        var average = means.Average();
        var variance = means.Sum(mean => (mean - average) * (mean - average)) / (resamples - 1);
        return new ConfidenceInterval(sample.Mean, Quantile(means, tail), Quantile(means, 1 - tail), Math.Sqrt(variance), double.NaN);
    }

    internal static double Quantile(ReadOnlySpan<double> sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
