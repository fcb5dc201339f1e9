using MathNet.Numerics;

namespace LLaVAction.Statistics;

/// <summary>Pearson's chi-square test that counts are uniform (Pearson 1900).</summary>
/// <param name="Statistic">Σ (observed − expected)² / expected.</param>
/// <param name="DegreesOfFreedom">Cells − 1.</param>
/// <param name="PValue">Upper tail, accurate far below 1e-6.</param>
/// <param name="ExpectedPerCell">Expected count of each cell; below 5 the test is not to be trusted.</param>
public sealed record ChiSquareTest(double Statistic, int DegreesOfFreedom, double PValue, double ExpectedPerCell)
{
    /// <summary>Tests the counts of at least two cells.</summary>
    public static ChiSquareTest Uniform(IReadOnlyList<int> counts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(counts.Count, 2, nameof(counts));
        var expected = counts.Sum() / (double)counts.Count;
        var statistic = expected == 0
            ? 0
            : counts.Sum(count => (count - expected) * (count - expected) / expected);
        var degrees = counts.Count - 1;
        var pValue = SpecialFunctions.GammaUpperRegularized(degrees / 2.0, statistic / 2);
        return new ChiSquareTest(statistic, degrees, pValue, expected);
    }
}
