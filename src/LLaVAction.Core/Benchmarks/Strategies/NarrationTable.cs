namespace LLaVAction.Benchmarks.Strategies;

/// <summary>The distinct narrations of one class, ordinally sorted, with how often the pool has each.</summary>
public sealed class NarrationTable
{
    private readonly int[] _counts;
    private readonly int _total;

    /// <summary>Sorts the narrations.</summary>
    public NarrationTable(IReadOnlyDictionary<string, int> narrationCounts)
    {
        Texts = [.. narrationCounts.Keys.Order(StringComparer.Ordinal).Select(static text => new ComparedText(text))];
        _counts = [.. Texts.Select(text => narrationCounts[text.Text])];
        _total = _counts.Sum();
        MostFrequent = Texts[Array.IndexOf(_counts, _counts.Max())].Text;
    }

    /// <summary>The narrations, ordinally sorted.</summary>
    public IReadOnlyList<ComparedText> Texts { get; }

    /// <summary>The narration that the pool has most often; of equally frequent ones the ordinally first.</summary>
    public string MostFrequent { get; }

    /// <summary>Draws a narration by frequency.</summary>
    public ComparedText Draw(KeyedRandom random) => At(random.NextInt32(_total), static _ => true);

    /// <summary>Draws a narration by frequency among those that are free; null where none is.</summary>
    public ComparedText? DrawFree(KeyedRandom random, Func<ComparedText, bool> isFree)
    {
        var free = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            free += isFree(Texts[i]) ? _counts[i] : 0;
        }

        return free == 0 ? null : At(random.NextInt32(free), isFree);
    }

    private ComparedText At(int ticket, Func<ComparedText, bool> isCounted)
    {
        var index = 0;
        while (!isCounted(Texts[index]) || (ticket -= _counts[index]) >= 0)
        {
            index++;
        }

        return Texts[index];
    }
}

/// <summary>A text with the form in which texts are compared.</summary>
/// <param name="Text">The text as shown.</param>
/// <param name="Normalised">The text as compared (<see cref="OptionText.Normalise"/>).</param>
public readonly record struct ComparedText(string Text, string Normalised)
{
    /// <summary>Normalises a text.</summary>
    public ComparedText(string text)
        : this(text, OptionText.Normalise(text))
    {
    }
}

/// <summary>Whether a text is among the few that a question already shows.</summary>
internal static class TakenTexts
{
    public static bool HasText(this IReadOnlyList<ComparedText> taken, ComparedText text)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            if (taken[i].Normalised == text.Normalised)
            {
                return true;
            }
        }

        return false;
    }
}
