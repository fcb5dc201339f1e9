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

    /// <summary>The bytes of a file of the benchmark.</summary>
    /// <exception cref="InputException">It cannot be read.</exception>
    internal static byte[] Read(string path)
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
