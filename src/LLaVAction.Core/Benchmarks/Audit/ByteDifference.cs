using System.Globalization;
using System.Text;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>Where two files first differ.</summary>
/// <param name="Line">1-based line.</param>
/// <param name="Message">Byte in the line, what was found and what was expected there.</param>
public sealed record ByteDifference(int Line, string Message)
{
    private const int ExcerptLength = 60;

    /// <summary>The first difference; null where the files are equal.</summary>
    public static ByteDifference? Find(ReadOnlySpan<byte> found, ReadOnlySpan<byte> expected)
    {
        var index = found.CommonPrefixLength(expected);
        if (index == found.Length && index == expected.Length)
        {
            return null;
        }

        var line = found[..index].Count((byte)'\n') + 1;
        var column = index - (found[..index].LastIndexOf((byte)'\n') + 1);
        return new ByteDifference(
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
