namespace LLaVAction.Cli.Options;

/// <summary>Finds the name a user most likely meant.</summary>
internal static class NearestName
{
    public static string Hint(string name, IEnumerable<string> candidates) =>
        Find(name, candidates) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    // The nearest candidate by edit distance, where at most two fifths of the name need changing; ties go to the first in ordinal
    // order. A name cut short counts as one change.
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        var limit = Math.Max(1, name.Length * 2 / 5);
        return candidates
            .Select(candidate => (Candidate: candidate, Distance: name.Length > 2 && candidate.StartsWith(name, StringComparison.Ordinal) ? 1 : Distance(name, candidate)))
            .Where(pair => pair.Distance <= limit)
            .OrderBy(static pair => pair.Distance)
            .ThenBy(static pair => pair.Candidate, StringComparer.Ordinal)
            .Select(static pair => pair.Candidate)
            .FirstOrDefault();
    }

    // Levenshtein distance: the fewest insertions, deletions and replacements of single characters.
    public static int Distance(string left, string right)
    {
        var previous = Enumerable.Range(0, right.Length + 1).ToArray();
        var current = new int[right.Length + 1];
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(previous[column], current[column - 1]) + 1);
            }

            (previous, current) = (current, previous);
        }

        return previous[right.Length];
    }
}
