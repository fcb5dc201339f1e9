using MathNet.Numerics.Distributions;

namespace LLaVAction.Statistics;

/// <summary>The standard error of a clustered mean, its degrees of freedom, and the t test that follows.</summary>
/// <remarks>
/// CR2, the bias-reduced sandwich estimator (Bell and McCaffrey 2002), whose matrix form for a mean comes down to one
/// division per cluster: SE² = Σᵍ (Σᵢ∈ᵍ (xᵢ − x̄))² / (1 − nᵍ/n) / n². With equal clusters it is
/// <c>statsmodels OLS(y, 1).fit(cov_type="cluster")</c>, with clusters of one <c>cov_type="HC2"</c>. Degrees of freedom are
/// Satterthwaite's under the less favourable of two working models, independent values and values that clusters share
/// wholly (Imbens and Kolesár 2016, section 3), and no more than the clusters that hold the rarer outcomes, less one.
/// docs/statistics.md has the simulated level of the test.
/// </remarks>
public static class ClusterRobust
{
    /// <summary>The CR2 standard error of the mean; NaN with fewer than two clusters.</summary>
    public static double StandardError(ClusteredSample sample)
    {
        if (sample.Clusters.Count < 2)
        {
            return double.NaN;
        }

        var squares = 0.0;
        for (var cluster = 0; cluster < sample.Clusters.Count; cluster++)
        {
            var residual = sample.Sum(cluster) - (sample.Counts[cluster] * sample.Mean);
            squares += residual * residual / (1 - Share(sample, cluster));
        }

        // What is left of a sum of zeros by rounding is no spread.
        var standardError = Math.Sqrt(squares) / sample.Count;
        return standardError < 1e-12 ? 0 : standardError;
    }

    /// <summary>Degrees of freedom of <see cref="StandardError"/>, at least 1; NaN with fewer than two clusters.</summary>
    public static double DegreesOfFreedom(ClusteredSample sample)
    {
        return sample.Clusters.Count < 2
            ? double.NaN
            : Math.Max(1, Math.Min(Satterthwaite(sample), sample.InformativeClusters - 1));
    }

    /// <summary>
    /// Two-sided p of the hypothesis that the mean is zero; NaN where there is no standard error to hold it to: with fewer
    /// than two clusters, or with clusters that are all alike.
    /// </summary>
    public static double PValue(ClusteredSample sample)
    {
        var standardError = StandardError(sample);
        return standardError > 0
            ? 2 * StudentT.CDF(0, 1, DegreesOfFreedom(sample), -Math.Abs(sample.Mean / standardError))
            : double.NaN;
    }

    // Quantile of Student's t; NaN without degrees of freedom.
    internal static double TQuantile(double probability, double degreesOfFreedom) =>
        double.IsNaN(degreesOfFreedom) ? double.NaN : StudentT.InvCDF(0, 1, degreesOfFreedom, probability);

    // (tr A)² / tr A² for the smaller of two matrices A of the quadratic form: with aᵍ² = 1/(1 − wᵍ) and wᵍ = nᵍ/n, Aᵍʰ = δᵍʰ nᵍ
    // − (1 − δᵍʰ) aᵍ aʰ nᵍ nʰ / n for independent values, and Aᵍʰ = aᵍ aʰ nᵍ nʰ (δᵍʰ − wᵍ − wʰ + Σw²) for values that clusters
    // share.
    private static double Satterthwaite(ClusteredSample sample)
    {
        var clusters = sample.Clusters.Count;
        var shares = Enumerable.Range(0, clusters).Select(cluster => Share(sample, cluster)).ToArray();
        var scales = Array.ConvertAll(shares, share => share / Math.Sqrt(1 - share));
        var squaredShares = shares.Sum(share => share * share);
        double independentSquares = 0, sharedTrace = 0, sharedSquares = 0;
        for (var row = 0; row < clusters; row++)
        {
            for (var column = 0; column < clusters; column++)
            {
                var isDiagonal = row == column;
                var scale = scales[row] * scales[column];
                var independent = isDiagonal ? shares[row] : scale;
                var shared = scale * ((isDiagonal ? 1 : 0) - shares[row] - shares[column] + squaredShares);
                independentSquares += independent * independent;
                sharedSquares += shared * shared;
                sharedTrace += isDiagonal ? shared : 0;
            }
        }

        return Math.Min(1 / independentSquares, sharedTrace * sharedTrace / sharedSquares);
    }

    private static double Share(ClusteredSample sample, int cluster) => (double)sample.Counts[cluster] / sample.Count;
}
