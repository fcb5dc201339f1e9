using LLaVAction.Epic;
using LLaVAction.Recognizers;
using MathNet.Numerics.Distributions;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// Whether a dump knows anything of the clips asked about. One that was read in a wrong class order, or is of other rows, ranks
/// the truth no better than chance; a set built from it would look hard and mean nothing.
/// </summary>
public static class DumpPlausibility
{
    /// <summary>With fewer clips a poor recogniser cannot be told from chance.</summary>
    public const int FewestClips = 20;

    /// <summary>A dump whose truths are as well placed by chance with a larger probability is refused.</summary>
    public const double LargestChanceP = 0.001;

    /// <summary>Refuses a dump that is no better than chance, by the truth's place at rank 1 and among the first K.</summary>
    /// <exception cref="InputException">It is.</exception>
    public static void Require(PredictionDump dump, IReadOnlyList<ClipAnnotation> clips, int classes, int optionCount)
    {
        if (clips.Count < FewestClips)
        {
            return;
        }

        var ranks = clips.Select(clip => dump.Rankings[clip.NarrationId].RankOf(clip.Class)).ToArray();
        var first = ranks.Count(static rank => rank == 1);
        var inFirstK = ranks.Count(rank => rank <= optionCount);
        if (ChanceP(first, clips.Count, 1.0 / classes) > LargestChanceP
            && ChanceP(inFirstK, clips.Count, Math.Min(1.0, (double)optionCount / classes)) > LargestChanceP)
        {
            throw new InputException(FormattableString.Invariant(
                $"{dump.Path}: the true class is ranked first for {first} and among the first {optionCount} for {inFirstK} of {clips.Count} clips; guessing among {classes} classes gives {clips.Count / (double)classes:0.#} and {clips.Count * Math.Min(1.0, (double)optionCount / classes):0.#}. ")
                + "So its columns stand for other classes than assumed, or it was made for other clips. Check --classes, --narrations and the split that it was made for.");
        }
    }

    /// <summary>The probability of at least so many successes by chance.</summary>
    private static double ChanceP(int successes, int trials, double chance) =>
        successes == 0 ? 1 : chance >= 1 ? 1 : 1 - Binomial.CDF(chance, trials, successes - 1);
}
