using System.Diagnostics;
using System.Text;
using FFMpegCore;
using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Torch.Video;

/// <summary>
/// The torch engine's command of ffmpeg, composed by FFMpegCore and run by <see cref="FfmpegDecoder"/>: FFMpegCore itself closes
/// its pipe when the process ends, read to its end or not, ends no children, and waits for a silent process without limit.
/// Its FFProbe gives no time base and rounds times to milliseconds, while frames are found to the tick.
/// </summary>
internal static class FFMpegCoreCommand
{
    /// <inheritdoc cref="FfmpegComposer"/>
    public static ProcessStartInfo Compose(string executable, FrameRequest request, string input, IReadOnlyList<string> encoding)
    {
        var command = FFMpegArguments
            .FromFileInput(Escape(input), verifyExists: false, options => Add(options.WithCustomArgument, [.. FrameRequest.GlobalOptions, .. request.InputOptions]))
            .OutputToUrl(FrameRequest.StandardOutput, options => Add(options.WithCustomArgument, [.. request.OutputOptions, .. encoding]));
        return new ProcessStartInfo(executable, command.Arguments);
    }

    /// <summary>
    /// A text as the inside of a quoted argument: FFMpegCore writes all arguments into one line, which is cut again, without
    /// any shell, at unquoted spaces.
    /// </summary>
    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        var backslashes = 0;
        foreach (var character in text)
        {
            result.Append('\\', character == '"' ? backslashes + 1 : 0).Append(character);
            backslashes = character == '\\' ? backslashes + 1 : 0;
        }

        return result.Append('\\', backslashes).ToString();
    }

    private static void Add<T>(Func<string, T> addTo, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            addTo($"\"{Escape(argument)}\"");
        }
    }
}
