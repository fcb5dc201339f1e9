namespace LLaVAction.Benchmarks.Audit;

/// <summary>Compares the files a benchmark was built from with those given now, so that a difference is named by its cause.</summary>
public static class SourceComparison
{
    /// <summary>Reports each source that is missing, further, or has another content.</summary>
    public static void Compare(BenchmarkManifest manifest, IReadOnlyList<SourceFile> given, VerificationReport report)
    {
        foreach (var source in manifest.Sources.Except(given))
        {
            var same = given.FirstOrDefault(other => other.Role == source.Role && other.File == source.File);
            report.Add(
                "sources",
                BenchmarkFolder.ManifestName,
                null,
                same is null
                    ? $"{source.Role} {source.File} ({source.Sha256[..Math.Min(16, source.Sha256.Length)]}…) is not among the files given"
                    : $"{source.Role} {source.File} has SHA-256 {same.Sha256} and {same.Rows} rows now; the benchmark was built from {source.Sha256} with {source.Rows} rows");
        }

        foreach (var further in given.Where(file => !manifest.Sources.Any(source => source.Role == file.Role && source.File == file.File)))
        {
            report.Add("sources", BenchmarkFolder.ManifestName, null, $"{further.Role} {further.File} is given, but the benchmark was built without it");
        }
    }
}
