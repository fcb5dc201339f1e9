using System.Diagnostics;
using System.Globalization;
using LLaVAction.DemoData.Scenes;

namespace LLaVAction.DemoData.Rendering;

/// <summary>Renders a synthetic video to H.264 through the <c>ffmpeg</c> executable.</summary>
public static class VideoEncoder
{
    /// <summary>Width of the videos, in pixels.</summary>
    public const int Width = 320;

    /// <summary>Height of the videos, in pixels.</summary>
    public const int Height = 180;

    /// <summary>Frames a second.</summary>
    public const int FrameRate = 30;

    /// <summary>Writes the video.</summary>
    /// <exception cref="InvalidOperationException">ffmpeg failed; its own words are in the message.</exception>
    public static void Encode(DemoVideo video, string path)
    {
        ArgumentNullException.ThrowIfNull(video);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string[] arguments =
        [
            "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", Invariant($"{Width}x{Height}"), "-r", Invariant($"{FrameRate}"), "-i", "-",
            "-c:v", "libx264", "-preset", "veryslow", "-crf", "27", "-g", "60", "-pix_fmt", "yuv420p", "-threads", "1",
            "-movflags", "+faststart", "-metadata", "comment=synthetic, made by LLaVAction", path,
        ];
        using var process = Process.Start(new ProcessStartInfo("ffmpeg", arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var renderer = new SceneRenderer(video);
        var canvas = new Canvas(Width, Height);
        var frame = new byte[Width * Height * 3];
        for (var index = 0; index < video.DurationSeconds * FrameRate; index++)
        {
            renderer.Paint(canvas, (double)index / FrameRate);
            canvas.CopyTo(frame);
            process.StandardInput.BaseStream.Write(frame);
        }

        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg could not write {path}: {error.Result}");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
