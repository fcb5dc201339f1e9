using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>How ffmpeg is run.</summary>
/// <param name="Patience">How long a process may give nothing before it is ended.</param>
/// <param name="Threads">Threads of each decoder process.</param>
/// <param name="Squares">What is cut out of every frame; null for whole frames.</param>
/// <param name="HardwareAcceleration">ffmpeg's <c>-hwaccel</c>; <c>none</c> for the decoder in software.</param>
public sealed record FfmpegSettings(TimeSpan Patience, int Threads, SquareViews? Squares = null, string HardwareAcceleration = "none")
{
    /// <summary>Two minutes; up to four threads, beyond which a clip's few frames come no faster.</summary>
    public static FfmpegSettings Default { get; } = new(TimeSpan.FromMinutes(2), Math.Min(4, Environment.ProcessorCount));
}
