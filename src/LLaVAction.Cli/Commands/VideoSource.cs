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
    private const int CoresPerDecoder = 4;
    private const int MostDecoders = 8;

    [Option("--videos", "Folder of the videos.", Value = "DIR")]
    public string? Folder { get; init; }

    [Option("--video-layout", "How that folder is laid out.")]
    public VideoLayoutChoice Layout { get; init; }

    [Option("--hwaccel", "Hardware that ffmpeg decodes with, where it can; its pixels may differ by a level [default: none].", Value = "none|auto|cuda|vaapi")]
    public string? HardwareAcceleration { get; init; }

    /// <summary>Opens the folder; null where none is given.</summary>
    /// <param name="squares">What the decoder cuts out of every frame; null for whole frames.</param>
    /// <param name="processes">Decoder processes at a time; null for one a core.</param>
    /// <exception cref="InputException">The folder is missing, or its layout cannot be told.</exception>
    public IFrameReader? Open(SquareViews? squares = null, int? processes = null) => Folder is null
        ? null
        : VideoLayouts.Open(
            Folder,
            Layout.ToString().ToLowerInvariant(),
            (processes is { } count ? FfmpegSettings.Of(count) : FfmpegSettings.Default) with { Squares = squares, HardwareAcceleration = Acceleration });

    /// <summary>Clips decoded at a time, ahead of a model: as asked, else few enough to leave the model its cores.</summary>
    public static int DecodersAhead(int? asked) => asked ?? Math.Clamp(Environment.ProcessorCount / CoresPerDecoder, 1, MostDecoders);

    private string Acceleration => (HardwareAcceleration ?? "none") is { Length: > 0 } name && name.All(char.IsAsciiLetterOrDigit)
        ? name
        : throw new InputException($"--hwaccel {HardwareAcceleration}: expected none, auto, or a name that ffmpeg -hwaccels lists.");
}
