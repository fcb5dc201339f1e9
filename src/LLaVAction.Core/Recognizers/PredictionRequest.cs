using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>What a reader needs to know to turn a dump into rankings.</summary>
public sealed record PredictionRequest
{
    /// <summary>The clips that may be asked about, in file order: dumps without ids follow this order.</summary>
    public required AnnotationFile Annotations { get; init; }

    /// <summary>The clips whose classes may be predicted.</summary>
    public required AnnotationPool Pool { get; init; }

    /// <summary>Narration ids of the rows to rank, each one of <see cref="Annotations"/>; null for all of them.</summary>
    public IReadOnlyCollection<string>? Ids { get; init; }

    /// <summary>The classes of score columns, from <c>--classes</c>, for a dump that has no order of its own; null if not given.</summary>
    public ClassOrder? Classes { get; init; }

    /// <summary>How many of the best classes to have at hand; others can be asked for and cost a look at the file.</summary>
    public int Top { get; init; } = 64;

    internal bool[] RowsAsked()
    {
        var asked = new bool[Annotations.Clips.Count];
        var ids = Ids?.ToHashSet(StringComparer.Ordinal);
        for (var row = 0; row < asked.Length; row++)
        {
            asked[row] = ids is null || ids.Contains(Annotations.Clips[row].NarrationId);
        }

        return asked;
    }

    internal Dictionary<string, ClipAnnotation> ClipsAsked()
    {
        var rows = RowsAsked();
        var clips = new Dictionary<string, ClipAnnotation>(rows.Length, StringComparer.Ordinal);
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row])
            {
                clips.Add(Annotations.Clips[row].NarrationId, Annotations.Clips[row]);
            }
        }

        return clips;
    }
}
