using MathNet.Numerics.Distributions;

namespace LLaVAction.Statistics;

/// <summary>
/// Cluster-robust inference on a mean: accuracy, or the mean of paired differences.
/// </summary>
/// <remarks>
/// The sandwich estimator for an intercept (Liang and Zeger 1986; Miller 2024, "Adding error bars to evals", equation 4)
/// with the small-sample factor G/(G−1) (CR1) and Student's t with G−1 degrees of freedom (Cameron and Miller 2015,
/// section VI). Equal to <c>statsmodels OLS(y, 1).fit(cov_type="cluster", use_t=True)</c>.
/// With fewer than two clusters there is no standard error: NaN, and an interval from −∞ to +∞.
/// </remarks>
public static class ClusterRobust
{
    /// <summary>√( G/(G−1) · Σᵍ (Σᵢ∈ᵍ (xᵢ − x̄))² ) / n; NaN with fewer than two clusters.</summary>
    public static double StandardError(ClusteredSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var clusters = sample.Clusters.Count;
        if (clusters < 2)
        {
            return double.NaN;
        }

        var squares = 0.0;
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var residual = sample.Sums[cluster] - (sample.Counts[cluster] * sample.Mean);
            squares += residual * residual;
        }

        return Math.Sqrt(squares * clusters / (clusters - 1)) / sample.Count;
    }

    /// <summary>Mean ± t(G−1) · standard error.</summary>
    /// <param name="sample">The values by cluster.</param>
    /// <param name="confidence">Coverage, in (0, 1).</param>
    public static ConfidenceInterval Interval(ClusteredSample sample, double confidence = 0.95)
    {
        var standardError = StandardError(sample);
        if (double.IsNaN(standardError))
        {
            return new ConfidenceInterval(sample.Mean, double.NegativeInfinity, double.PositiveInfinity, double.NaN);
        }

        var half = TQuantile(0.5 + (confidence / 2), sample.Clusters.Count - 1) * standardError;
        return new ConfidenceInterval(sample.Mean, sample.Mean - half, sample.Mean + half, standardError);
    }

    /// <summary>
    /// Two-sided p of the hypothesis that the mean is <paramref name="hypothesis"/>. Without any spread between clusters
    /// it is 1 when the mean is the hypothesis and 0 otherwise; NaN with fewer than two clusters.
    /// </summary>
    public static double PValue(ClusteredSample sample, double hypothesis = 0)
    {
        var standardError = StandardError(sample);
        if (double.IsNaN(standardError))
        {
            return double.NaN;
        }

        var difference = sample.Mean - hypothesis;
        if (standardError == 0)
        {
            return difference == 0 ? 1 : 0;
        }

        return 2 * StudentT.CDF(0, 1, sample.Clusters.Count - 1, -Math.Abs(difference / standardError));
    }

    /// <summary>
    /// One-sided p of "the mean is at most <paramref name="bound"/>" against "it is larger", as non-inferiority needs it;
    /// NaN with fewer than two clusters.
    /// </summary>
    public static double UpperPValue(ClusteredSample sample, double bound)
    {
        var standardError = StandardError(sample);
        if (double.IsNaN(standardError))
        {
            return double.NaN;
        }

        var difference = sample.Mean - bound;
        if (standardError == 0)
        {
            return difference > 0 ? 0 : 1;
        }

        return StudentT.CDF(0, 1, sample.Clusters.Count - 1, -difference / standardError);
    }

    /// <summary>
    /// How many times more independent questions would be needed for the same standard error:
    /// the clustered variance over that of independent values. NaN where either is missing or zero.
    /// </summary>
    /// <param name="sample">The values by cluster.</param>
    /// <param name="variance">Sample variance of the values.</param>
    public static double DesignEffect(ClusteredSample sample, double variance)
    {
        var standardError = StandardError(sample);
        return variance > 0 ? standardError * standardError * sample.Count / variance : double.NaN;
    }

    /// <summary>Quantile of Student's t.</summary>
    internal static double TQuantile(double probability, double degreesOfFreedom) =>
        StudentT.InvCDF(0, 1, degreesOfFreedom, probability);
}
