namespace LLaVAction.Epic;

/// <summary>
/// The clips that classes and narrations of distractors come from: the union of <c>--annotations</c> and all
/// <c>--narrations</c>, a set keyed by narration id that does not depend on the order of files or rows.
/// </summary>
public sealed class AnnotationPool
{
    private readonly Dictionary<string, ClipAnnotation> _clipsById;
    private readonly Lazy<ClipAnnotation[]> _sorted;

    private AnnotationPool(Dictionary<string, ClipAnnotation> clipsById, IReadOnlyList<string> paths)
    {
        _clipsById = clipsById;
        Paths = paths;
        _sorted = new Lazy<ClipAnnotation[]>(Sort);
        Classes = new ActionClassIndex(clipsById.Values.Select(static clip => clip.Class));
    }

    /// <summary>The clips in ordinal order of their narration ids.</summary>
    public IReadOnlyList<ClipAnnotation> Clips => _sorted.Value;

    /// <summary>The clips for those who do not mind the order.</summary>
    public IReadOnlyCollection<ClipAnnotation> UnorderedClips => _clipsById.Values;

    /// <summary>The action classes of the clips.</summary>
    public ActionClassIndex Classes { get; }

    /// <summary>The files of the pool, for messages.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>
    /// Unites files. The same row in two files is one row.
    /// </summary>
    /// <exception cref="InputException">Two files have unequal rows under one id; the message names both places.</exception>
    public static AnnotationPool Unite(params IReadOnlyList<AnnotationFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var union = new Dictionary<string, ClipAnnotation>(files.Sum(static file => file.Clips.Count), StringComparer.Ordinal);
        foreach (var file in files)
        {
            for (var row = 0; row < file.Clips.Count; row++)
            {
                var clip = file.Clips[row];
                if (!union.TryAdd(clip.NarrationId, clip) && !union[clip.NarrationId].Equals(clip))
                {
                    throw Conflict(files, file, row);
                }
            }
        }

        return new AnnotationPool(union, files.Select(static file => file.Path).ToArray());
    }

    /// <summary>The clip with this id, or null.</summary>
    public ClipAnnotation? Find(string narrationId) => _clipsById.GetValueOrDefault(narrationId);

    private ClipAnnotation[] Sort()
    {
        var clips = _clipsById.Values.ToArray();
        Array.Sort(clips, static (left, right) => string.CompareOrdinal(left.NarrationId, right.NarrationId));
        return clips;
    }

    private static InputException Conflict(IReadOnlyList<AnnotationFile> files, AnnotationFile file, int row)
    {
        var clip = file.Clips[row];
        foreach (var other in files)
        {
            for (var otherRow = 0; otherRow < other.Clips.Count; otherRow++)
            {
                var otherClip = other.Clips[otherRow];
                if (!ReferenceEquals(other, file) && string.Equals(otherClip.NarrationId, clip.NarrationId, StringComparison.Ordinal))
                {
                    return new InputException(
                        $"{file.PlaceOf(row)}: narration_id '{clip.NarrationId}' stands in {other.PlaceOf(otherRow)} with another "
                        + $"{clip.FirstDifference(otherClip)}; expected equal rows under one id. Use files of the same annotation release.");
                }
            }
        }

        throw new InvalidOperationException("A conflicting row must stand in another file.");
    }
}
