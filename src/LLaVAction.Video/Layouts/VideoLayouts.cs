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

    /// <summary>All of them, <c>auto</c> first.</summary>
    public static IReadOnlyList<string> All { get; } = [Auto, Epic, Chunks, Frames, Trimmed];

    /// <summary>Opens a folder of videos.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="layout">One of <see cref="All"/>.</param>
    /// <param name="decoder">Decodes the files.</param>
    /// <exception cref="InputException">The folder is missing, the layout has no such name, or cannot be told.</exception>
    public static IFrameReader Open(string folder, string layout, IVideoDecoder decoder)
    {
        var recognised = Recognise(folder, layout);
        var paths = new VideoPaths(folder);
        return recognised switch
        {
            Epic => new SingleFileReader(paths, decoder, isTrimmed: false),
            Trimmed => new SingleFileReader(paths, decoder, isTrimmed: true),
            Chunks => new ChunksReader(paths, decoder),
            _ => new NumberedFramesReader(paths, decoder),
        };
    }

    /// <summary>The layout of a folder; with <see cref="Auto"/> it is found out. Needs no decoder.</summary>
    /// <exception cref="InputException">The folder is missing, the layout has no such name, or cannot be told.</exception>
    public static string Recognise(string folder, string layout)
    {
        if (!Directory.Exists(folder))
        {
            throw new InputException($"Videos folder {folder} does not exist. Give the folder that holds the videos with --videos.");
        }

        if (!All.Contains(layout, StringComparer.Ordinal))
        {
            throw new InputException($"'{layout}' is not a video layout. Expected one of: {string.Join(", ", All)}.");
        }

        return layout == Auto ? LayoutDetection.Detect(new VideoPaths(folder).Folder) : layout;
    }
}
