using System.Diagnostics;
using System.Globalization;
using LLaVAction.DemoData.Scenes;

namespace LLaVAction.DemoData.Rendering;

/// <summary>How videos are rendered and encoded.</summary>
/// <param name="Width">Width, in pixels.</param>
/// <param name="Height">Height, in pixels.</param>
/// <param name="FrameRate">Frames a second.</param>
/// <param name="Preset">Effort of x264.</param>
/// <param name="Quality">Its constant rate factor; lower is better.</param>
public sealed record VideoFormat(int Width, int Height, int FrameRate, string Preset, int Quality)
{
    /// <summary>The committed videos.</summary>
    public static VideoFormat Committed { get; } = new(320, 180, 30, "veryslow", 27);

    /// <summary>Videos to train on, which models see at 84 pixels: a tenth of the work.</summary>
    public static VideoFormat Training { get; } = new(160, 90, 12, "ultrafast", 18);
}

/// <summary>Renders a synthetic video to H.264 through the <c>ffmpeg</c> executable.</summary>
public static class VideoEncoder
{
    /// <summary>Writes the video.</summary>
    /// <exception cref="InvalidOperationException">ffmpeg failed; its own words are in the message.</exception>
    public static void Encode(DemoVideo video, VideoFormat format, string path)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(format);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string[] arguments =
        [
            "-v", "error", "-y",
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", Invariant($"{format.Width}x{format.Height}"), "-r", Invariant($"{format.FrameRate}"), "-i", "-",
            "-c:v", "libx264", "-preset", format.Preset, "-crf", Invariant($"{format.Quality}"), "-g", "60", "-pix_fmt", "yuv420p", "-threads", "1",
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
        var canvas = new Canvas(format.Width, format.Height);
        var frame = new byte[format.Width * format.Height * 3];
        for (var index = 0; index < video.DurationSeconds * format.FrameRate; index++)
        {
            renderer.Paint(canvas, (double)index / format.FrameRate);
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
