using System.Diagnostics;
using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Cpu.Video;

/// <summary>The cpu engine's command of ffmpeg: a list of arguments, which no shell sees.</summary>
internal static class FfmpegCommand
{
    /// <inheritdoc cref="FfmpegComposer"/>
    public static ProcessStartInfo Compose(string executable, FrameRequest request, string input, IReadOnlyList<string> encoding) => new(
        executable,
        [.. FrameRequest.GlobalOptions, .. request.InputOptions, "-i", input, .. request.OutputOptions, .. encoding, FrameRequest.StandardOutput]);
}
