using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>Makes image files of decoded frames, with the ffmpeg that is on the path.</summary>
public sealed class FrameImages
{
    private readonly FfmpegTools _tools = FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH"));

    /// <summary>A frame as a JPEG file.</summary>
    /// <exception cref="FrameReadException">ffmpeg did not make one.</exception>
    public Task<byte[]> ToJpegAsync(ReadOnlyMemory<byte> rgb, int width, int height, CancellationToken cancellationToken) =>
        EncodeAsync("mjpeg", rgb, width, height, cancellationToken);

    /// <summary>A frame as a PNG file.</summary>
    /// <param name="rgb">8-bit RGB, interleaved, row major: <c>width × height × 3</c> bytes.</param>
    /// <param name="width">Width, in pixels.</param>
    /// <param name="height">Height, in pixels.</param>
    /// <param name="cancellationToken">Ends ffmpeg.</param>
    /// <exception cref="FrameReadException">ffmpeg did not make one.</exception>
    public Task<byte[]> ToPngAsync(ReadOnlyMemory<byte> rgb, int width, int height, CancellationToken cancellationToken) =>
        EncodeAsync("png", rgb, width, height, cancellationToken);

    private async Task<byte[]> EncodeAsync(string codec, ReadOnlyMemory<byte> rgb, int width, int height, CancellationToken cancellationToken)
    {
        var errors = new ErrorLines();
        var (image, exitCode) = await ToolProcess.RunAsync(
            FfmpegCommand.ToImage(_tools, width, height, rgb, codec), FfmpegSettings.Default.Patience, ToolProcess.ReadBytesAsync, errors, cancellationToken);
        return exitCode == 0 && image.Length > 0
            ? image
            : throw new FrameReadException(FrameReadFailure.DecodeError, $"ffmpeg made no {codec} image of a frame of {width}x{height}: {errors.Tail}");
    }
}
