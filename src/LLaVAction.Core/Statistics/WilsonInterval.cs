using MathNet.Numerics.Distributions;

namespace LLaVAction.Statistics;

/// <summary>Wilson's score interval of a share (Wilson 1927): never empty, and inside 0..1.</summary>
public static class WilsonInterval
{
    /// <summary>The interval of independent trials; equal to <c>statsmodels proportion_confint(method="wilson")</c>. 0..1 without trials.</summary>
    public static ConfidenceInterval Of(int successes, int trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        return trials == 0
            ? new ConfidenceInterval(double.NaN, 0, 1, double.NaN, double.NaN)
            : Of((double)successes / trials, trials, NormalQuantile(confidence));
    }

    /// <summary>(p + q²/2n ± q·√(p(1−p)/n + q²/4n²)) / (1 + q²/n).</summary>
    /// <param name="share">The share p, in 0..1.</param>
    /// <param name="trials">Number of trials n, positive; an effective number need not be whole.</param>
    /// <param name="quantile">Quantile q of the normal distribution or of Student's t.</param>
    public static ConfidenceInterval Of(double share, double trials, double quantile)
    {
        var scale = 1 + (quantile * quantile / trials);
        var centre = (share + (quantile * quantile / (2 * trials))) / scale;
        var variance = share * (1 - share) / trials;
        var half = quantile * Math.Sqrt(variance + (quantile * quantile / (4 * trials * trials))) / scale;
        return new ConfidenceInterval(
            share,
            share == 0 ? 0 : Math.Max(0, centre - half),
            share == 1 ? 1 : Math.Min(1, centre + half),
            Math.Sqrt(variance),
            double.NaN);
    }

    internal static double NormalQuantile(double confidence) => Normal.InvCDF(0, 1, (1 + confidence) / 2);
}
