using LLaVAction.Cli.Options;
using LLaVAction.Video.Frames;

namespace LLaVAction.Cli.Commands;

/// <summary>How a folder of videos is laid out.</summary>
internal enum VideoLayoutChoice
{
    /// <summary>Detected.</summary>
    Auto,

    /// <summary>Whole videos.</summary>
    Epic,

    /// <summary>Chunks of 15 seconds.</summary>
    Chunks,

    /// <summary>Numbered JPEG files.</summary>
    Frames,

    /// <summary>One file per clip.</summary>
    Trimmed,
}

/// <summary>Where videos are; shared by the commands that read frames.</summary>
internal sealed record VideoSource
{
    [Option("--videos", "Folder of the videos.", Value = "DIR")]
    public string? Folder { get; init; }

    [Option("--video-layout", "How that folder is laid out.")]
    public VideoLayoutChoice Layout { get; init; }

    /// <summary>Opens the folder; null where none is given.</summary>
    /// <exception cref="InputException">The folder is missing, or its layout cannot be told.</exception>
    public IFrameReader? Open() => Folder is null ? null : Engines.OpenVideos(Folder, Layout);
}
