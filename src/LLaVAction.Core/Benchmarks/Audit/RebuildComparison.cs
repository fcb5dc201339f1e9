using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Compares a benchmark with what its sources give now, so that a difference is named by its cause.</summary>
public static class RebuildComparison
{
    private const int ExcerptLength = 60;

    /// <summary>Reports each source that is missing, further, or has another content.</summary>
    public static void CompareSources(IReadOnlyList<SourceFile> built, IReadOnlyList<SourceFile> given, VerificationReport report)
    {
        foreach (var source in built.Except(given))
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

        foreach (var further in given.Where(file => !built.Any(source => source.Role == file.Role && source.File == file.File)))
        {
            report.Add("sources", BenchmarkFolder.ManifestName, null, $"{further.Role} {further.File} is given, but the benchmark was built without it");
        }
    }

    /// <summary>Compares every file of a benchmark with a rebuilt one and reports the first difference of each.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static void CompareFiles(string folder, IReadOnlyList<RenderedFile> rebuilt, VerificationReport report)
    {
        foreach (var file in rebuilt)
        {
            var found = BenchmarkVerifier.Read(Path.Combine(folder, file.Name));
            if (FirstDifference(found, file.Content.Span) is { } difference)
            {
                report.Add("rebuild", file.Name, difference.Line, difference.Message);
            }
            else
            {
                report.Note($"{file.Name}: equal to the rebuilt file, byte for byte");
            }
        }
    }

    // Where two files first differ: the 1-based line, and the byte in it with what was found and expected there; null where they
    // are equal.
    internal static (int Line, string Message)? FirstDifference(ReadOnlySpan<byte> found, ReadOnlySpan<byte> expected)
    {
        var index = found.CommonPrefixLength(expected);
        if (index == found.Length && index == expected.Length)
        {
            return null;
        }

        var line = found[..index].Count((byte)'\n') + 1;
        var column = index - (found[..index].LastIndexOf((byte)'\n') + 1);
        return (
            line,
            string.Create(CultureInfo.InvariantCulture, $"byte {column + 1}: found {Excerpt(found[index..])}, the rebuilt file has {Excerpt(expected[index..])}"));
    }

    private static string Excerpt(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
        {
            return "the end of the file";
        }

        var line = rest[..(rest.IndexOf((byte)'\n') is >= 0 and var end ? end : rest.Length)];
        return line.IsEmpty
            ? "the end of the line"
            : $"'{Encoding.UTF8.GetString(line[..Math.Min(ExcerptLength, line.Length)])}'";
    }
}
