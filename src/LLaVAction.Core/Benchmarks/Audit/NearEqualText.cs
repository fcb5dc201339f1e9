namespace LLaVAction.Benchmarks.Audit;

/// <summary>A text, made ready to be compared with others: whether they differ so little that a reader may take them for the same answer.</summary>
/// <param name="Normalised">The text in lower case, without final periods.</param>
/// <param name="Words">Its words in ordinal order, without filler words and final plural s.</param>
public readonly record struct NearEqualText(string Normalised, string Words)
{
    private static readonly HashSet<string> Fillers = new(["a", "an", "the", "some", "up", "down", "on", "in", "of", "to", "with"], StringComparer.Ordinal);

    /// <summary>Makes a text ready.</summary>
    public NearEqualText(string text)
        : this(OptionText.Normalise(text), string.Empty) => Words = WordsOf(Normalised);

    /// <summary>
    /// True when, after lower-casing, dropping periods and filler words, and taking a final plural s off, the same words
    /// remain in any order; or when one inserted, deleted or changed letter makes the texts equal.
    /// </summary>
    public static bool AreNear(string left, string right) => new NearEqualText(left).IsNear(new NearEqualText(right));

    /// <summary>As <see cref="AreNear"/>.</summary>
    public bool IsNear(NearEqualText other) =>
        string.Equals(Words, other.Words, StringComparison.Ordinal) || IsOneEdit(Normalised, other.Normalised);

    private static string WordsOf(string text) => string.Join(' ', text
        .Split([' ', '-', ','], StringSplitOptions.RemoveEmptyEntries)
        .Where(static word => !Fillers.Contains(word))
        .Select(static word => word.Length > 3 && word[^1] == 's' && word[^2] != 's' ? word[..^1] : word)
        .Order(StringComparer.Ordinal));

    private static bool IsOneEdit(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 1)
        {
            return false;
        }

        var prefix = left.AsSpan().CommonPrefixLength(right);
        var shorter = Math.Min(left.Length, right.Length);
        var suffix = 0;
        while (suffix < shorter - prefix && left[^(suffix + 1)] == right[^(suffix + 1)])
        {
            suffix++;
        }

        return Math.Max(left.Length, right.Length) - prefix - suffix <= 1;
    }
}
