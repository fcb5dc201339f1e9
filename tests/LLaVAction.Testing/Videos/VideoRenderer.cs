using System.Diagnostics;
using System.Globalization;

namespace LLaVAction.Testing.Videos;

/// <summary>Renders numbered test videos with the <c>ffmpeg</c> on the PATH.</summary>
public static class VideoRenderer
{
    /// <summary>Width of a test video, in pixels.</summary>
    public const int Width = 160;

    /// <summary>Height of a test video, in pixels.</summary>
    public const int Height = 96;

    private static readonly Lazy<bool> CanEncode = new(static () =>
    {
        try
        {
            return Run(["-encoders"], input: null).Contains("libx264", StringComparison.Ordinal);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    private static readonly Lazy<string> FrameRateMode = new(static () =>
        Run(["-h", "long"], input: null).Contains("-fps_mode", StringComparison.Ordinal) ? "-fps_mode" : "-vsync");

    /// <summary>The options of an output that keeps the frames' own times; their name changed with the versions.</summary>
    public static IReadOnlyList<string> VariableRate => [FrameRateMode.Value, "vfr"];

    /// <summary>Skips the test where there is no ffmpeg that can encode H.264.</summary>
    public static void SkipWhereAbsent() => Skip.IfNot(CanEncode.Value, "ffmpeg with libx264 is not installed");

    /// <summary>
    /// Renders an H.264 file whose frames show <paramref name="firstNumber"/> and the numbers after it.
    /// </summary>
    /// <param name="path">The file; folders above it are made.</param>
    /// <param name="frameCount">How many frames.</param>
    /// <param name="rate">Frames per second as ffmpeg reads it, for example <c>60000/1001</c>.</param>
    /// <param name="firstNumber">What the first frame shows.</param>
    /// <param name="options">Further options of the output.</param>
    /// <param name="width">Width, in pixels.</param>
    /// <param name="height">Height, in pixels.</param>
    public static void Render(
        string path, int frameCount, string rate = "30", int firstNumber = 0, IEnumerable<string>? options = null, int width = Width, int height = Height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var size = string.Create(CultureInfo.InvariantCulture, $"{width}x{height}");
        Run(
            [
                "-f", "rawvideo", "-pix_fmt", "gray", "-video_size", size, "-framerate", rate, "-i", "pipe:0",
                "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", .. options ?? [], "-f", "mp4", path,
            ],
            stream =>
            {
                for (var i = 0; i < frameCount; i++)
                {
                    stream.Write(FrameCode.Render(firstNumber + i, width, height));
                }
            });
    }

    /// <summary>Turns one video into another, or into images.</summary>
    public static void Convert(string from, string to, IEnumerable<string> options, IEnumerable<string>? inputOptions = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Run([.. inputOptions ?? [], "-i", from, .. options, to], input: null);
    }

    /// <summary>Runs ffmpeg and gives its standard output.</summary>
    public static string Run(IEnumerable<string> arguments, Action<Stream>? input)
    {
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", ["-hide_banner", "-loglevel", "error", "-y", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            input?.Invoke(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // ffmpeg gave up; what it wrote says why.
        }

        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"ffmpeg failed: {errors.Result}");
    }
}
