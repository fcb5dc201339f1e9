using System.Globalization;
using System.Text.RegularExpressions;

namespace LLaVAction.Runs;

/// <summary>One of n independent parts of a run: part <paramref name="Index"/> of <paramref name="Count"/>, counted from 1.</summary>
/// <param name="Index">1..<paramref name="Count"/>.</param>
/// <param name="Count">How many parts there are.</param>
public readonly partial record struct Shard(int Index, int Count)
{
    /// <summary>The largest number of parts.</summary>
    public const int LargestCount = 100_000;

    /// <summary>A run in one part.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>The results file of the part, for example <c>results-2of7.jsonl</c>.</summary>
    public string FileName => string.Create(CultureInfo.InvariantCulture, $"results-{Index}of{Count}.jsonl");

    /// <summary>
    /// Whether the clip at a position is this part's: positions are dealt out in turn, so that the parts are disjoint,
    /// cover every position, and differ by at most one clip in size.
    /// </summary>
    /// <param name="position">0-based position of the clip among all clips of the run, in the order they are asked.</param>
    public bool Owns(int position) => position % Count == Index - 1;

    /// <summary>The part as <c>i/n</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Count}");

    /// <summary>Reads <c>i/n</c>.</summary>
    /// <exception cref="InputException">The text is not <c>i/n</c> with 1 ≤ i ≤ n.</exception>
    public static Shard Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && index >= 1 && index <= count && count <= LargestCount
            ? new Shard(index, count)
            : throw new InputException($"--shard: '{text}'; expected i/n with i from 1 to n, for example 2/7.");
    }

    /// <summary>Whether a file name is that of a results file.</summary>
    public static bool IsResultsFile(string fileName) => FilePattern().IsMatch(fileName);

    [GeneratedRegex("^results-[1-9][0-9]{0,5}of[1-9][0-9]{0,5}\\.jsonl$", RegexOptions.CultureInvariant)]
    private static partial Regex FilePattern();
}
