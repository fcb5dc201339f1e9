using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>Turns the ids of a CSV into paths below the videos folder, and never into any other.</summary>
internal sealed class VideoPaths
{
    private static readonly string[] Extensions = [".MP4", ".mp4"];

    public VideoPaths(string folder) => Folder = Path.GetFullPath(folder);

    /// <summary>The videos folder, as a full path.</summary>
    public string Folder { get; }

    /// <summary>Checks the ids of a clip before they become parts of paths.</summary>
    /// <exception cref="InputException">An id is not a plain file name.</exception>
    public static void CheckIds(ClipReference clip)
    {
        CheckId("participant_id", clip.ParticipantId, clip);
        CheckId("video_id", clip.VideoId, clip);
        CheckId("narration_id", clip.NarrationId, clip);
    }

    /// <summary>The first that exists of <c>folder/parts.MP4</c> and <c>folder/parts.mp4</c>, file or folder; null when neither does.</summary>
    public string? FindVideo(params ReadOnlySpan<string> parts)
    {
        foreach (var extension in Extensions)
        {
            var path = Under(parts) + extension;
            if (Path.Exists(path))
            {
                return path;
            }
        }

        return null;
    }

    /// <summary>The path of something below the videos folder.</summary>
    public string Under(params ReadOnlySpan<string> parts) => Path.Combine([Folder, .. parts]);

    /// <summary>The failure of a clip whose video is not there.</summary>
    public FrameReadException Missing(ClipReference clip, string lookedFor) =>
        new(FrameReadFailure.MissingVideo, $"{clip.NarrationId}: no video in {Folder}; looked for {lookedFor}.");

    /// <summary>Whether a look for a clip's video finds it.</summary>
    public static bool Exists<T>(Func<T> find)
    {
        try
        {
            find();
            return true;
        }
        catch (FrameReadException)
        {
            return false;
        }
    }

    private static void CheckId(string column, string id, ClipReference clip)
    {
        var isPlain = id.Length is > 0 and <= 128
            && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.')
            && id[0] is not ('.' or '-');
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
