using System.Globalization;
using LLaVAction.Statistics;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Whether answers stand at every position equally often.</summary>
internal static class AnswerPositions
{
    // A smaller p of even positions is a violation: a correct set fails once in a million.
    private const double SmallestP = 1e-6;

    // Fewer expected answers per position are not tested: the statistic is not chi-square distributed there.
    private const double FewestExpected = 5;

    public static void Check(IReadOnlyList<int> counts, string file, VerificationReport report)
    {
        if (counts.Sum() == 0)
        {
            return;
        }

        var test = ChiSquareTest.Uniform(counts);
        if (test.ExpectedPerCell < FewestExpected)
        {
            report.Note($"{file}: answer positions not tested, {counts.Sum()} answers over {counts.Count} positions are too few");
            return;
        }

        report.Note(string.Create(CultureInfo.InvariantCulture, $"{file}: answer positions {string.Join(" ", counts)}, chi-square p = {test.PValue:G3}"));
        if (test.PValue < SmallestP)
        {
            report.Add(
                "answer-positions",
                file,
                null,
                string.Create(CultureInfo.InvariantCulture, $"answers stand at the positions {string.Join(", ", counts)} times (chi-square p = {test.PValue:G3}); expected uniform, p of at least {SmallestP:G1}"));
        }
    }
}
