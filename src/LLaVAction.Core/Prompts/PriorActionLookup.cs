namespace LLaVAction.Prompts;

/// <summary>A clip's place in its video, as the lookup of prior actions needs it.</summary>
/// <param name="Id">Narration id.</param>
/// <param name="VideoId">Video.</param>
/// <param name="StartSeconds">Start, in seconds.</param>
/// <param name="StopSeconds">End, in seconds.</param>
public readonly record struct ClipInterval(string Id, string VideoId, double StartSeconds, double StopSeconds);

/// <summary>Which two clips come before a clip, and how long before it they started.</summary>
/// <param name="EarlierId">Narration id of the action before last.</param>
/// <param name="EarlierSecondsAgo">Difference of the starts, rounded to 2 decimals; negative where it started later.</param>
/// <param name="LaterId">Narration id of the last action.</param>
/// <param name="LaterSecondsAgo">Difference of the starts, rounded to 2 decimals; negative where it started later.</param>
public sealed record PriorClips(string EarlierId, double EarlierSecondsAgo, string LaterId, double LaterSecondsAgo);

/// <summary>
/// Finds the two actions before each clip as the original does: the clips of a video in order of their end; a clip has
/// prior actions when it starts at most 3 s after the end of the one before it, and that one at most 3 s after the end of
/// the one before that. Overlaps are allowed, so an action "ago" may have started later.
/// </summary>
public static class PriorActionLookup
{
    /// <summary>The longest pause between consecutive actions, in seconds.</summary>
    public const double LongestPauseSeconds = 3;

    /// <summary>
    /// Narration id → the clips before it, for the clips that have them. Equal ends keep the order given, as the
    /// original's stable sort does.
    /// </summary>
    public static IReadOnlyDictionary<string, PriorClips> Build(IEnumerable<ClipInterval> clips)
    {
        var found = new Dictionary<string, PriorClips>(StringComparer.Ordinal);
        foreach (var video in clips.GroupBy(clip => clip.VideoId, StringComparer.Ordinal))
        {
            var ordered = video.OrderBy(clip => clip.StopSeconds).ToArray();
            for (var i = 2; i < ordered.Length; i++)
            {
                var (earlier, later, current) = (ordered[i - 2], ordered[i - 1], ordered[i]);
                if (later.StartSeconds - earlier.StopSeconds <= LongestPauseSeconds
                    && current.StartSeconds - later.StopSeconds <= LongestPauseSeconds)
                {
                    found[current.Id] = new PriorClips(
                        earlier.Id,
                        PythonNumber.Round(current.StartSeconds - earlier.StartSeconds, 2),
                        later.Id,
                        PythonNumber.Round(current.StartSeconds - later.StartSeconds, 2));
                }
            }
        }

        return found;
    }
}
