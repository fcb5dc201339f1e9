using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>Where the videos of one layout are, by the ids of a CSV.</summary>
internal sealed class VideoPaths(string folder, IReadOnlyDictionary<string, string> paths, string example)
{
    /// <summary>Checks the ids of a clip, which come from a file, before they are looked up and shown.</summary>
    /// <exception cref="InputException">An id is not a plain file name.</exception>
    public static void CheckIds(ClipReference clip)
    {
        if (clip.ParticipantId.Length > 0)
        {
            CheckId("participant_id", clip.ParticipantId, clip);
        }

        CheckId("video_id", clip.VideoId, clip);
        CheckId("narration_id", clip.NarrationId, clip);
    }

    // The place of an id; null where it has none.
    public string? TryFind(string id) => paths.GetValueOrDefault(id);

    /// <summary>The place of an id.</summary>
    /// <exception cref="FrameReadException">It has none.</exception>
    public string Find(ClipReference clip, string id) => TryFind(id) ?? throw new FrameReadException(
        FrameReadFailure.MissingVideo,
        $"{clip.NarrationId}: no video in {folder}; looked for {string.Format(System.Globalization.CultureInfo.InvariantCulture, example, id)}, up to six folders down.");

    private static void CheckId(string column, string id, ClipReference clip)
    {
        var isPlain = id.Length is > 0 and <= 128
            && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')
            && id[0] != '.';
        if (!isPlain)
        {
            throw new InputException(
                $"Clip '{Shorten(clip.NarrationId)}': {column} '{Shorten(id)}' cannot be part of a file name. "
                + "Expected letters, digits, '_', '-' and '.', as in P01_11. Correct the annotations.");
        }
    }

    private static string Shorten(string text) =>
        new string(text.Take(60).Select(static letter => char.IsControl(letter) ? '?' : letter).ToArray()) + (text.Length > 60 ? "…" : "");
}
