using MathNet.Numerics.Distributions;

namespace LLaVAction.Statistics;

/// <summary>
/// Wilson's score interval of a share (Wilson 1927). It takes every question as independent, and is printed for
/// reference only.
/// </summary>
public static class WilsonInterval
{
    /// <summary>(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n); 0..1 for an empty sample.</summary>
    public static ConfidenceInterval Of(int successes, int trials, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (trials == 0)
        {
            return new ConfidenceInterval(double.NaN, 0, 1, double.NaN);
        }

        var z = Normal.InvCDF(0, 1, 0.5 + (confidence / 2));
        var share = (double)successes / trials;
        var scale = 1 + (z * z / trials);
        var centre = (share + (z * z / (2 * trials))) / scale;
        var variance = share * (1 - share) / trials;
        var half = z * Math.Sqrt(variance + (z * z / (4.0 * trials * trials))) / scale;
        return new ConfidenceInterval(
            share,
            successes == 0 ? 0 : centre - half,
            successes == trials ? 1 : centre + half,
            Math.Sqrt(variance));
    }
}
