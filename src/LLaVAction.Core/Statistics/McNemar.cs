using MathNet.Numerics.Distributions;

namespace LLaVAction.Statistics;

/// <summary>
/// McNemar's exact test of two runs on the same questions (McNemar 1947). It takes the clips as independent, which
/// clips of one video are not; it stands beside the clustered test under that label.
/// </summary>
public static class McNemar
{
    /// <summary>
    /// Two-sided exact p: min(1, 2·P(X ≤ min(b, c))) with X binomial(b + c, ½). 1 without discordant pairs.
    /// Equal to <c>scipy.stats.binomtest(min(b, c), b + c)</c>.
    /// </summary>
    /// <param name="onlyFirstCorrect">Questions that only the first run answered rightly (b).</param>
    /// <param name="onlySecondCorrect">Questions that only the second run answered rightly (c).</param>
    public static double ExactPValue(int onlyFirstCorrect, int onlySecondCorrect)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirstCorrect);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecondCorrect);
        return Math.Min(1, 2 * Binomial.CDF(0.5, onlyFirstCorrect + onlySecondCorrect, Math.Min(onlyFirstCorrect, onlySecondCorrect)));
    }
}
