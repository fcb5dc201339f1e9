using System.Collections.Concurrent;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>A class is one text, the same in every question: its official key, its most frequent narration, its first sample.</summary>
public sealed class FixedTexts : IClassTexts, IClipTexts
{
    private readonly ConcurrentDictionary<ActionClass, ComparedText> _texts = new();
    private readonly Func<ActionClass, string?> _makeText;

    private FixedTexts(Func<ActionClass, string?> makeText) => _makeText = makeText;

    /// <summary>The official key, <c>{verb key} {noun key}</c>, from the class files.</summary>
    public static FixedTexts OfficialKeys(Func<ActionClass, string?> officialKey) => new(officialKey);

    /// <summary>The narration that the pool has most often; of equally frequent ones the ordinally first.</summary>
    public static FixedTexts MostFrequentNarrations(DistractorPool pool) =>
        new(actionClass => pool.NarrationsOf(actionClass)?.MostFrequent);

    /// <summary>
    /// The verb of the first clip of the verb class and the noun, colon and all, of the first clip of the noun class; first
    /// by ordinal narration id.
    /// </summary>
    public static FixedTexts FirstSamples(DistractorPool pool)
    {
        var verbs = new Dictionary<int, string>();
        var nouns = new Dictionary<int, string>();
        foreach (var clip in pool.Clips.OrderBy(static clip => clip.NarrationId, StringComparer.Ordinal))
        {
            verbs.TryAdd(clip.Class.Verb, clip.Verb);
            nouns.TryAdd(clip.Class.Noun, clip.Noun);
        }

        return new FixedTexts(actionClass =>
            verbs.TryGetValue(actionClass.Verb, out var verb) && nouns.TryGetValue(actionClass.Noun, out var noun)
                ? verb + " " + noun
                : null);
    }

    /// <inheritdoc/>
    public IClipTexts For(ClipAnnotation clip) => this;

    /// <inheritdoc/>
    public DrawnText? Find(ActionClass actionClass, IReadOnlyList<ComparedText> taken)
    {
        var text = _texts.GetOrAdd(
            actionClass,
            static (wanted, make) => new ComparedText(make(wanted) ?? throw NoText(wanted)),
            _makeText);
        return taken.HasText(text) ? null : new DrawnText(text, WasRedrawn: false);
    }

    internal static InputException NoText(ActionClass actionClass) => new(
        $"class {actionClass} has no clip in the annotations, so there is no text to show for it. "
        + "Give the CSV that has it with --narrations, or use --representation official-key.");
}

/// <summary>The official name of an action class, <c>{verb key} {noun key}</c>.</summary>
public static class OfficialKey
{
    /// <summary>
    /// The verb key as it is (<c>turn-on</c>) and the noun key in spoken order; null where the class files lack the class.
    /// </summary>
    public static string? Of(ActionClass actionClass, ActionTaxonomy taxonomy) =>
        taxonomy.Contains(actionClass)
            ? taxonomy.VerbKey(actionClass.Verb) + " " + SpokenNoun(taxonomy.NounKey(actionClass.Noun))
            : null;

    /// <summary>
    /// Noun keys are written head first; spoken, the head comes last: <c>board:chopping</c> is <c>chopping board</c> and
    /// <c>machine:sous:vide</c> is <c>sous vide machine</c>.
    /// </summary>
    public static string SpokenNoun(string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? key : key[(colon + 1)..].Replace(':', ' ') + " " + key[..colon];
    }
}
