using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>
/// The classes and narrations that distractors come from, in an order that does not depend on the order of rows or files:
/// classes by the ordinal text of <c>verb:noun</c>, narrations of a class by ordinal text, clips by ordinal narration id.
/// </summary>
public sealed class DistractorPool
{
    private readonly Dictionary<ActionClass, NarrationTable> _narrations;
    private readonly Dictionary<ActionClass, string> _names;

    /// <summary>Sorts and counts the pool.</summary>
    /// <param name="clips">Every clip of the pool, each id once, in any order.</param>
    public DistractorPool(IReadOnlyCollection<ClipAnnotation> clips)
    {
        Clips = clips;
        var counts = new Dictionary<ActionClass, Dictionary<string, int>>();
        foreach (var clip in clips)
        {
            if (!counts.TryGetValue(clip.Class, out var texts))
            {
                counts[clip.Class] = texts = new Dictionary<string, int>(StringComparer.Ordinal);
            }

            texts[clip.Narration] = texts.GetValueOrDefault(clip.Narration) + 1;
        }

        _names = counts.Keys.ToDictionary(static actionClass => actionClass, static actionClass => actionClass.ToString());
        Classes = [.. _names.OrderBy(static pair => pair.Value, StringComparer.Ordinal).Select(static pair => pair.Key)];
        _narrations = counts.ToDictionary(static pair => pair.Key, static pair => new NarrationTable(pair.Value));
    }

    /// <summary>The clips, in no particular order.</summary>
    public IReadOnlyCollection<ClipAnnotation> Clips { get; }

    /// <summary>The classes, by the ordinal text of <c>verb:noun</c>.</summary>
    public IReadOnlyList<ActionClass> Classes { get; }

    /// <summary>The narrations of a class; null where the pool has no clip of it.</summary>
    public NarrationTable? NarrationsOf(ActionClass actionClass) => _narrations.GetValueOrDefault(actionClass);

    /// <summary>The class as <c>verb:noun</c>, without making a new text for a class of the pool.</summary>
    public string NameOf(ActionClass actionClass) => _names.TryGetValue(actionClass, out var name) ? name : actionClass.ToString();
}
