using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Re-derives every hash, figure and invariant of a built benchmark from its files.</summary>
public static class BenchmarkVerifier
{
    /// <summary>Verifies a benchmark; what is wrong is in the report.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static VerificationReport Verify(BenchmarkFolder benchmark)
    {
        var report = new VerificationReport();
        var crossChecks = new CrossSetChecks(benchmark.Manifest, report);
        var sets = new List<IReadOnlyList<(int Line, Question Question)>>();
        foreach (var set in benchmark.Manifest.Sets)
        {
            var questions = new SetChecks(benchmark.Manifest, set, report).Check(Read(Path.Combine(benchmark.Path, set.File)));
            crossChecks.Add(set, questions);
            sets.Add(questions);
        }

        crossChecks.Finish(sets);
        return report;
    }

    /// <summary>Compares every file of a benchmark with a rebuilt one and reports the first difference of each.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static void CompareWithRebuilt(BenchmarkFolder benchmark, IReadOnlyList<RenderedFile> rebuilt, VerificationReport report)
    {
        foreach (var file in rebuilt)
        {
            var found = Read(Path.Combine(benchmark.Path, file.Name));
            if (ByteDifference.Find(found, file.Content.Span) is { } difference)
            {
                report.Add("rebuild", file.Name, difference.Line, difference.Message);
            }
            else
            {
                report.Note($"{file.Name}: equal to the rebuilt file, byte for byte");
            }
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({error.Message}).", error);
        }
    }
}
