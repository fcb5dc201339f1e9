using LLaVAction.Statistics;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Whether answers stand at every position equally often.</summary>
public static class AnswerPositionTest
{
    /// <summary>A smaller p is a violation: a correct set fails once in a million.</summary>
    public const double SmallestP = 1e-6;

    /// <summary>Fewer expected answers per position are not tested: the statistic is not chi-square distributed there.</summary>
    public const double FewestExpected = 5;

    /// <summary>The chi-square p of the counts, one for each position; null where too few are expected per position.</summary>
    public static double? PValue(IReadOnlyList<int> counts)
    {
        var test = ChiSquareTest.Uniform(counts);
        return test.ExpectedPerCell < FewestExpected ? null : test.PValue;
    }
}
