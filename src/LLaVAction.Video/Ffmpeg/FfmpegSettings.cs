using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>How ffmpeg is run.</summary>
/// <param name="Patience">How long a process may give nothing before it is ended.</param>
/// <param name="Threads">Threads of each decoder process.</param>
/// <param name="Squares">What is cut out of every frame; null for whole frames.</param>
/// <param name="Processes">The most decoder processes at a time.</param>
/// <param name="HardwareAcceleration">ffmpeg's <c>-hwaccel</c>; <c>none</c> for the decoder in software.</param>
public sealed record FfmpegSettings(TimeSpan Patience, int Threads, int Processes, SquareViews? Squares = null, string HardwareAcceleration = "none")
{
    // Beyond this a clip's few frames come no faster.
    private const int MostThreads = 4;

    /// <summary>Two minutes, a process for every core, and threads for a clip that is decoded alone.</summary>
    public static FfmpegSettings Default { get; } = new(TimeSpan.FromMinutes(2), Math.Min(MostThreads, Environment.ProcessorCount), Environment.ProcessorCount);

    /// <summary>Two minutes, and the cores shared by so many processes at a time.</summary>
    public static FfmpegSettings Of(int processes) => Default with { Processes = processes, Threads = Math.Clamp(Environment.ProcessorCount / processes, 1, MostThreads) };
}
