namespace LLaVAction.Statistics;

/// <summary>What a comparison could have seen (Miller 2024, section 5; Bloom 1995).</summary>
public static class StatisticalPower
{
    /// <summary>
    /// The smallest true difference found with the given power by a two-sided test:
    /// (t₁₋α/₂ + t_power) · standard error, with G − 1 degrees of freedom.
    /// </summary>
    public static double MinimalDetectableDifference(
        double standardError,
        int clusters,
        double significance = 0.05,
        double power = 0.8)
    {
        if (clusters < 2 || double.IsNaN(standardError))
        {
            return double.NaN;
        }

        var degrees = clusters - 1;
        return (ClusterRobust.TQuantile(1 - (significance / 2), degrees) + ClusterRobust.TQuantile(power, degrees)) * standardError;
    }

    /// <summary>
    /// How many questions, with the same spread of clusters, would bring the standard error down to what a bound at
    /// distance <paramref name="distance"/> needs: n · (t·SE / distance)², rounded up. Null when the distance is not positive.
    /// </summary>
    public static int? QuestionsToDecide(double standardError, int questions, int clusters, double distance, double significance = 0.05)
    {
        if (distance <= 0 || clusters < 2 || double.IsNaN(standardError))
        {
            return null;
        }

        var ratio = ClusterRobust.TQuantile(1 - significance, clusters - 1) * standardError / distance;
        var needed = Math.Ceiling(questions * ratio * ratio);
        return needed > int.MaxValue ? int.MaxValue : (int)needed;
    }
}
