using System.Globalization;
using System.Text;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// What ffmpeg is asked, so that every engine asks the same: the input's options, what passes of it, and the output. Names
/// of files and of pipes are left to whoever runs it.
/// </summary>
/// <param name="InputOptions">Options before the input's name.</param>
/// <param name="OutputOptions">Options after it.</param>
internal sealed record FrameRequest(IReadOnlyList<string> InputOptions, IReadOnlyList<string> OutputOptions)
{
    /// <summary>The name of the standard input, for images.</summary>
    public const string StandardInput = "pipe:0";

    /// <summary>The name of the standard output.</summary>
    public const string StandardOutput = "pipe:1";

    /// <summary>Decoding starts this much before the first frame wanted, against rounding of times.</summary>
    private const double SeekMarginSeconds = 0.1;

    /// <summary>Options in front of everything: messages that <see cref="FrameTimeLog"/> reads, and an end at the first error.</summary>
    public static IReadOnlyList<string> GlobalOptions { get; } =
        ["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-xerror"];

    /// <summary>The frames of a video that lie in windows: sought, let through, timed, and ended after the last window.</summary>
    public static FrameRequest OfVideo(ProbedVideo video, IReadOnlyList<TimeWindow> windows, FfmpegSettings settings)
    {
        var seek = video.StartSeconds + windows[0].From - SeekMarginSeconds - video.ContainerStartSeconds;
        return new FrameRequest(
            [.. Threads(settings), .. SafeInput.Options, .. seek > 0 ? ["-ss", Text(seek)] : Array.Empty<string>(), "-copyts"],
            [
                "-map", "0:V:0",
                "-vf", FilterChain(windows, video.StartSeconds, settings.Squares),
                "-frames:v", windows.Count.ToString(CultureInfo.InvariantCulture),
            ]);
    }

    /// <summary>JPEG images one after the other, from the standard input.</summary>
    public static FrameRequest OfImages(FfmpegSettings settings) =>
        new([.. Threads(settings), "-protocol_whitelist", "pipe", "-f", "image2pipe", "-err_detect", "explode", "-c:v", "mjpeg"], settings.Squares is { } squares ? ["-vf", squares.Filters] : []);

    /// <summary>The end of the output's options: every frame as it is, as a PPM image.</summary>
    /// <param name="passthroughOption">What <see cref="FfmpegTools.PassthroughOptionAsync"/> gave.</param>
    public static IReadOnlyList<string> Encoding(string passthroughOption) =>
        [passthroughOption, "passthrough", "-c:v", "ppm", "-f", "image2pipe"];

    /// <summary>Reads all images that come.</summary>
    public static async Task<List<PpmImage>> ReadImagesAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = new PpmReader(stream);
        var images = new List<PpmImage>();
        while (await reader.ReadAsync(cancellationToken) is { } image)
        {
            images.Add(image);
        }

        return images;
    }

    /// <summary>Writes files one after the other.</summary>
    public static async Task WriteFilesAsync(IReadOnlyList<string> paths, Stream stream, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            await using var file = File.OpenRead(path);
            await file.CopyToAsync(stream, cancellationToken);
        }
    }

    /// <summary>The frames of a video, with their times on the file's clock.</summary>
    /// <exception cref="FrameReadException">There are frames without a time.</exception>
    public static IReadOnlyList<DecodedFrame> Timed(string path, ProbedVideo video, List<PpmImage> images, FrameTimeLog times)
    {
        if (times.Seconds.Count < images.Count)
        {
            throw Failure(path, $"ffmpeg gave {images.Count} frames and the times of {times.Seconds.Count}.");
        }

        return images
            .Select((image, index) => new DecodedFrame(times.Seconds[index] - video.StartSeconds, image.Width, image.Height, image.Rgb))
            .ToArray();
    }

    /// <summary>The frames of image files, one each.</summary>
    /// <exception cref="FrameReadException">There are fewer or more frames than files.</exception>
    public static IReadOnlyList<DecodedFrame> Untimed(IReadOnlyList<string> paths, List<PpmImage> images) =>
        images.Count == paths.Count
            ? images.Select(static image => new DecodedFrame(0, image.Width, image.Height, image.Rgb)).ToArray()
            : throw Failure(paths[0], $"{paths.Count} images from here on were decoded to {images.Count} frames; one of them is damaged.");

    /// <summary>In a stream of images a cut one would borrow from the next, so the ends of each are looked at before.</summary>
    /// <exception cref="FrameReadException">A file is not a whole JPEG image.</exception>
    public static void CheckWhole(IReadOnlyList<string> paths)
    {
        Span<byte> ends = stackalloc byte[4];
        foreach (var path in paths)
        {
            ends.Clear();
            using var image = File.OpenRead(path);
            if (image.Length >= 4)
            {
                image.ReadExactly(ends[..2]);
                image.Seek(-2, SeekOrigin.End);
                image.ReadExactly(ends[2..]);
            }

            if (!ends.SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF, 0xD9]))
            {
                throw Failure(path, "is not a whole JPEG image.");
            }
        }
    }

    /// <summary>The failure of one file.</summary>
    public static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);

    private static string[] Threads(FfmpegSettings settings) => ["-threads", settings.Threads.ToString(CultureInfo.InvariantCulture)];

    /// <summary>Lets pass what lies in the windows, writes the times of that, and ends after the last window.</summary>
    private static string FilterChain(IReadOnlyList<TimeWindow> windows, double start, SquareViews? squares)
    {
        var chain = new StringBuilder($"trim=end={Text(start + windows[^1].To + SeekMarginSeconds)},select='");
        for (var i = 0; i < windows.Count; i++)
        {
            chain.Append(i == 0 ? "" : "+")
                .Append($"gte(t,{Text(start + windows[i].From)})*lt(t,{Text(start + windows[i].To)})");
        }

        return chain.Append("',showinfo=checksum=0").Append(squares is null ? "" : "," + squares.Filters).ToString();
    }

    private static string Text(double seconds) => seconds.ToString("0.#########", CultureInfo.InvariantCulture);
}

/// <summary>How ffmpeg is run.</summary>
/// <param name="Patience">How long a process may give nothing before it is ended.</param>
/// <param name="Threads">Threads of each decoder process.</param>
/// <param name="Squares">What is cut out of every frame; null for whole frames.</param>
internal sealed record FfmpegSettings(TimeSpan Patience, int Threads, SquareViews? Squares = null)
{
    /// <summary>Two minutes; up to four threads, beyond which a clip's few frames come no faster.</summary>
    public static FfmpegSettings Default { get; } = new(TimeSpan.FromMinutes(2), Math.Min(4, Environment.ProcessorCount));
}
