using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// Finds the classes that may be true of a clip besides its own: its other nouns under the same verb, and the classes of
/// other clips of the same video that cover at least half of it.
/// </summary>
public sealed class AlsoTrueIndex
{
    /// <summary>The same verb with another noun of the row.</summary>
    public const string MultiNoun = "multi-noun";

    /// <summary>The class of another clip of the video that covers at least half of this one.</summary>
    public const string Overlap = "overlap";

    private readonly Dictionary<string, List<Segment>> _videos = new(StringComparer.Ordinal);

    /// <summary>Indexes the pool by video.</summary>
    public AlsoTrueIndex(IEnumerable<ClipAnnotation> pool)
    {
        foreach (var clip in pool)
        {
            if (!_videos.TryGetValue(clip.VideoId, out var segments))
            {
                _videos[clip.VideoId] = segments = [];
            }

            segments.Add(new Segment(clip.NarrationId, Microseconds(clip.StartSeconds), Microseconds(clip.StopSeconds), clip.Class));
        }
    }

    /// <summary>The classes other than the clip's own that may be true of it, with the reason; multi-noun comes before overlap.</summary>
    public IReadOnlyDictionary<ActionClass, string> Find(ClipAnnotation clip)
    {
        Dictionary<ActionClass, string>? found = null;
        foreach (var noun in clip.AllNounClasses)
        {
            if (noun != clip.Class.Noun)
            {
                (found ??= [])[clip.Class with { Noun = noun }] = MultiNoun;
            }
        }

        // Times are decimal in the CSV; whole microseconds make "at least half" exact where doubles would decide by rounding.
        var start = Microseconds(clip.StartSeconds);
        var stop = Microseconds(clip.StopSeconds);
        foreach (var other in _videos.GetValueOrDefault(clip.VideoId, []))
        {
            var shared = Math.Min(stop, other.Stop) - Math.Max(start, other.Start);
            if (shared > 0 && 2 * shared >= stop - start && other.Class != clip.Class && other.Id != clip.NarrationId)
            {
                (found ??= []).TryAdd(other.Class, Overlap);
            }
        }

        return found ?? Nothing;
    }

    private static readonly Dictionary<ActionClass, string> Nothing = [];

    private static long Microseconds(double seconds) => (long)Math.Round(seconds * 1e6);

    private readonly record struct Segment(string Id, long Start, long Stop, ActionClass Class);
}
