using MathNet.Numerics.Distributions;

namespace LLaVAction.Benchmarks;

/// <summary>
/// Whether a dump knows anything of the clips asked about. One that was read in a wrong class order, or is of other rows, ranks
/// the truth no better than chance; a set built from it looks hard and means nothing.
/// </summary>
public static class DumpPlausibility
{
    /// <summary>With fewer clips a poor recogniser cannot be told from chance.</summary>
    public const int FewestClips = 20;

    /// <summary>A dump whose truths chance would place as well with a larger probability is doubted.</summary>
    public const double LargestChanceP = 0.001;

    /// <summary>What makes a dump doubtful; null where its truths are among its first K more often than by chance.</summary>
    /// <param name="clips">Clips asked about.</param>
    /// <param name="inFirstK">Clips whose true class is among the dump's first K.</param>
    /// <param name="optionCount">K.</param>
    /// <param name="classes">Classes of the pool, among which chance would choose.</param>
    public static string? Doubt(int clips, int inFirstK, int optionCount, int classes)
    {
        var chance = Math.Min(1.0, (double)optionCount / Math.Max(1, classes));
        var p = inFirstK == 0 ? 1 : chance >= 1 ? 0 : 1 - Binomial.CDF(chance, clips, inFirstK - 1);
        return clips < FewestClips || chance >= 0.5 || p <= LargestChanceP ? null : FormattableString.Invariant(
            $"the true class is among its first {optionCount} for {inFirstK} of {clips} clips, where guessing among {classes} classes gives {clips * chance:0.#}: its columns stand for other classes than assumed, or it was made for other clips. Check --classes, --narrations and the split that it was made for; a set made from it measures nothing");
    }
}
