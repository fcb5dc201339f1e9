using LLaVAction.Epic;

namespace LLaVAction.Scoring;

/// <summary>What a free description of an action says.</summary>
/// <param name="IsExact">Whether it equals the narration after normalisation.</param>
/// <param name="VerbClass">The verb class its words name; null where they name none.</param>
/// <param name="NounClass">The noun class its words name; null where they name none.</param>
public readonly record struct DirectReading(bool IsExact, int? VerbClass, int? NounClass);

/// <summary>
/// Reads actions in a model's own words. Exact match compares normalised texts (case, white space, quotes, articles, final
/// periods); classes are found through the words that the class files list as instances.
/// </summary>
/// <remarks>
/// Class files join words by hyphens (<c>put-down</c>) or by colons with the head first (<c>board:chopping</c>, for
/// "chopping board"). The verb is the longest instance at the earliest place, and may be split by its object
/// ("put the plate down"); the noun is the longest instance after it, of equally long ones the first.
/// </remarks>
public sealed class DirectAnswer
{
    private const int LongestInstance = 6;
    private const int ShortestPlural = 4;
    private const int ShortestInflected = 4;
    private static readonly string[] InflectedEndings = ["ing", "es", "s", "ed"];

    private static readonly HashSet<string> SkippedWords = new(StringComparer.Ordinal)
    {
        "a", "an", "the", "my", "some", "i", "am", "is", "are", "you", "person",
    };

    private readonly ActionTaxonomy _taxonomy;

    /// <summary>Reads with the words of these class files.</summary>
    public DirectAnswer(ActionTaxonomy taxonomy)
    {
        _taxonomy = taxonomy;
    }

    /// <summary>Whether the answer is the narration, after normalisation.</summary>
    public static bool IsExact(string answer, string narration) =>
        Words(FirstSentence(answer)).SequenceEqual(Words(narration), StringComparer.Ordinal);

    /// <summary>Reads an answer.</summary>
    public DirectReading Read(string answer, string narration)
    {
        var words = Words(FirstSentence(answer));
        var (verb, after) = FindVerb(words);
        return new DirectReading(IsExact(answer, narration), verb, FindNoun(words, after));
    }

    private static string FirstSentence(string answer) => AnswerText.FirstClause(AnswerText.Clean(answer));

    private static string[] Words(string text) =>
        [.. AnswerText.Normalise(text)
            .Split([' ', '-', ':', ',', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !SkippedWords.Contains(word))];

    private (int? Verb, int After) FindVerb(string[] words)
    {
        for (var start = 0; start < words.Length; start++)
        {
            for (var length = Math.Min(LongestInstance, words.Length - start); length > 0; length--)
            {
                if (Verb(words[start..(start + length)]) is { } verb)
                {
                    return (Verb([.. words[start..(start + length)], words[^1]]) ?? verb, start + length);
                }
            }
        }

        return (null, 0);
    }

    private int? Verb(string[] words)
    {
        foreach (var form in VerbForms(words[0]))
        {
            if (_taxonomy.Verbs.Find(string.Join('-', [form, .. words[1..]])) is { } verb)
            {
                return verb;
            }
        }

        return null;
    }

    // The class files hold base forms: "taking", "takes", "cutting", "washed" are looked for as take, cut and wash.
    private static IEnumerable<string> VerbForms(string word)
    {
        yield return word;
        foreach (var ending in InflectedEndings)
        {
            if (word.Length < ShortestInflected + ending.Length - 1 || !word.EndsWith(ending, StringComparison.Ordinal))
            {
                continue;
            }

            var stem = word[..^ending.Length];
            yield return stem;
            yield return stem + "e";
            if (stem[^1] == stem[^2])
            {
                yield return stem[..^1];
            }
        }
    }

    private int? FindNoun(string[] words, int from)
    {
        for (var length = LongestInstance; length > 0; length--)
        {
            for (var start = from; start + length <= words.Length; start++)
            {
                if (Noun(words[start..(start + length)]) is { } noun)
                {
                    return noun;
                }
            }
        }

        return null;
    }

    private int? Noun(string[] words)
    {
        string[] headFirst = [words[^1], .. words[..^1]];
        return _taxonomy.Nouns.Find(string.Join(':', words)) ?? _taxonomy.Nouns.Find(string.Join(':', headFirst)) ?? Singular(headFirst);
    }

    private int? Singular(string[] headFirst)
    {
        var head = headFirst[0];
        return head.Length >= ShortestPlural && head.EndsWith('s')
            ? _taxonomy.Nouns.Find(string.Join(':', [head[..^1], .. headFirst[1..]]))
            : null;
    }
}
