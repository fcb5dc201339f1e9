namespace LLaVAction.Questions.Cards;

/// <summary>Whether two texts differ so little that a reader may take them for the same answer.</summary>
public static class NearEqualText
{
    private static readonly HashSet<string> Fillers = new(["a", "an", "the", "some", "up", "down", "on", "in", "of", "to", "with"], StringComparer.Ordinal);

    /// <summary>
    /// True when, after lower-casing, dropping periods and filler words, and taking a final plural s off, the same words
    /// remain in any order; or when one inserted, deleted or changed letter makes the texts equal.
    /// </summary>
    public static bool AreNear(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return Words(left).SequenceEqual(Words(right), StringComparer.Ordinal) || IsOneEdit(OptionText.Normalise(left), OptionText.Normalise(right));
    }

    private static IEnumerable<string> Words(string text) => OptionText.Normalise(text)
        .Split([' ', '-', ','], StringSplitOptions.RemoveEmptyEntries)
        .Where(static word => !Fillers.Contains(word))
        .Select(static word => word.Length > 3 && word[^1] == 's' && word[^2] != 's' ? word[..^1] : word)
        .Order(StringComparer.Ordinal);

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
