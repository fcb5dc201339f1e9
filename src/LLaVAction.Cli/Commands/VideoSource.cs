using LLaVAction.Cli.Options;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Cli.Commands;

/// <summary>How a folder of videos is laid out.</summary>
internal enum VideoLayoutChoice
{
    Auto,

    Epic,

    Chunks,

    Frames,

    Trimmed,
}

/// <summary>Where videos are; shared by the commands that read frames.</summary>
internal sealed record VideoSource
{
    [Option("--videos", "Folder of the videos.", Value = "DIR")]
    public string? Folder { get; init; }

    [Option("--video-layout", "How that folder is laid out.")]
    public VideoLayoutChoice Layout { get; init; }

    [Option("--hwaccel", "Hardware that ffmpeg decodes with, where it can; its pixels may differ by a level [default: none].", Value = "none|auto|cuda|vaapi")]
    public string? HardwareAcceleration { get; init; }

    /// <summary>Opens the folder; null where none is given.</summary>
    /// <param name="squares">What the decoder cuts out of every frame; null for whole frames.</param>
    /// <exception cref="InputException">The folder is missing, or its layout cannot be told.</exception>
    public IFrameReader? Open(SquareViews? squares = null) => Folder is null
        ? null
        : VideoLayouts.Open(
            Folder, Layout.ToString().ToLowerInvariant(), FfmpegSettings.Default with { Squares = squares, HardwareAcceleration = Acceleration });

    private string Acceleration => (HardwareAcceleration ?? "none") is { Length: > 0 } name && name.All(char.IsAsciiLetterOrDigit)
        ? name
        : throw new InputException($"--hwaccel {HardwareAcceleration}: expected none, auto, or a name that ffmpeg -hwaccels lists.");
}
