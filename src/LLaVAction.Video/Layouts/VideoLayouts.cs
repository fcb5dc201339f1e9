using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>The layouts that a videos folder can have, and the readers of each (<c>docs/video-layouts.md</c>).</summary>
public static class VideoLayouts
{
    /// <summary>Found out from what lies in the folder.</summary>
    public const string Auto = "auto";

    /// <summary>One MP4 per video.</summary>
    public const string Epic = "epic";

    /// <summary>A folder per video with files of 15 seconds.</summary>
    public const string Chunks = "chunks";

    /// <summary>A folder per video with numbered JPEG files.</summary>
    public const string Frames = "frames";

    /// <summary>One MP4 per clip.</summary>
    public const string Trimmed = "trimmed";

    /// <summary>The video id of the file that <see cref="OpenFile"/> opened.</summary>
    public const string LoneVideo = "video";

    /// <summary>All of them, <c>auto</c> first.</summary>
    public static IReadOnlyList<string> All { get; } = [Auto, Epic, Chunks, Frames, Trimmed];

    /// <summary>Opens a folder of videos, to be decoded by the ffmpeg that is on the path, which is looked for last.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">One of <see cref="All"/>.</param>
    /// <param name="settings">How ffmpeg is run; null for the default.</param>
    /// <exception cref="InputException">The folder is missing, the layout has no such name or cannot be told, or ffmpeg is missing.</exception>
    public static IFrameReader Open(string folder, string layout = Auto, FfmpegSettings? settings = null) =>
        Open(folder, layout, () => new FfmpegDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), settings ?? FfmpegSettings.Default));

    /// <summary>Opens one video file, whose clips have the video id <see cref="LoneVideo"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">How ffmpeg is run; null for the default.</param>
    /// <exception cref="InputException">The file or ffmpeg is missing.</exception>
    public static IFrameReader OpenFile(string path, FfmpegSettings? settings = null)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file; expected a video.");
        }

        var decoder = new FfmpegDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), settings ?? FfmpegSettings.Default);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal) { [LoneVideo] = Path.GetFullPath(path) };
        return new SingleFileReader(new VideoPaths(Path.GetDirectoryName(paths[LoneVideo])!, paths, "{0}"), decoder, isTrimmed: false);
    }

    internal static IFrameReader Open(string folder, string layout, Func<IVideoDecoder> openDecoder)
    {
        if (!All.Contains(layout, StringComparer.Ordinal))
        {
            throw new InputException($"'{layout}' is not a video layout. Expected one of: {string.Join(", ", All)}.");
        }

        if (!Directory.Exists(folder))
        {
            throw new InputException($"Videos folder {folder} does not exist. Give the folder that holds the videos with --videos.");
        }

        var index = VideoIndex.Of(folder);
        var found = layout == Auto ? index.Detect() : layout;
        var paths = index.PathsOf(found);
        var decoder = openDecoder();
        VideoPaths Paths(string example) => new(index.Folder, paths, example);
        return found switch
        {
            Chunks => new ChunksReader(Paths("{0}.MP4/0.MP4"), decoder),
            Frames => new NumberedFramesReader(Paths("{0}/frame_0000000001.jpg"), decoder),
            _ => new SingleFileReader(Paths("{0}.MP4 (or .mp4, .mov, .mkv, …)"), decoder, isTrimmed: found == Trimmed),
        };
    }
}
