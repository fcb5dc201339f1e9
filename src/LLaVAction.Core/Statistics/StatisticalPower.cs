namespace LLaVAction.Statistics;

/// <summary>What a comparison could have seen (Miller 2024, section 5; Bloom 1995), and how much larger one would have to be.</summary>
public static class StatisticalPower
{
    /// <summary>
    /// The smallest true difference found with the given power by a two-sided test: (t₁₋α/₂ + t_power) · standard error.
    /// NaN where the interval has no standard error.
    /// </summary>
    public static double MinimalDetectableDifference(ConfidenceInterval interval, double significance = 0.05, double power = 0.8) =>
        (ClusterRobust.TQuantile(1 - (significance / 2), interval.DegreesOfFreedom)
            + ClusterRobust.TQuantile(power, interval.DegreesOfFreedom)) * interval.StandardError;

    /// <summary>
    /// How many questions of the same kind would bring a bound, now <paramref name="width"/> away from the estimate, to
    /// <paramref name="distance"/> from it: n · (width / distance)², rounded up; null where no number would.
    /// </summary>
    public static long? QuestionsToDecide(int questions, double width, double distance)
    {
        var ratio = width / distance;
        return distance > 0 && double.IsFinite(ratio) ? (long)Math.Ceiling(questions * ratio * ratio) : null;
    }

    /// <summary>
    /// How many questions without a single loss bound losses by <paramref name="margin"/>: 1 − α^(1/n) ≤ margin, with
    /// <paramref name="effective"/> of <paramref name="questions"/> counting; null where no number would.
    /// </summary>
    public static long? QuestionsWithoutLoss(int questions, double effective, double margin, double significance)
    {
        var needed = Math.Log(significance) / Math.Log(1 - margin) * questions / effective;
        return margin > 0 && double.IsFinite(needed) ? (long)Math.Ceiling(needed) : null;
    }
}
