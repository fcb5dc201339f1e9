using System.Globalization;
using System.Text;
using LLaVAction.Models.Ports;
using LLaVAction.Models.Videos;

namespace LLaVAction.Embedded.Video;

/// <summary>
/// Decodes videos with the <c>ffmpeg</c> executable: one process per call, from which only the chosen frames come, as raw RGB
/// through its standard output.
/// </summary>
internal sealed class FfmpegDecoder : IVideoDecoder
{
    /// <summary>Decoding starts this much before the first frame wanted, against rounding of times.</summary>
    private const double SeekMarginSeconds = 0.1;

    private readonly FfmpegTools tools;
    private readonly FfmpegSettings settings;
    private readonly VideoProbe probe;

    public FfmpegDecoder(FfmpegTools tools, FfmpegSettings settings)
    {
        this.tools = tools;
        this.settings = settings;
        probe = new VideoProbe(tools, settings.Patience);
    }

    public async Task<VideoInfo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        (await probe.ProbeAsync(path, cancellationToken)).Info;

    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        probe.ListFrameTimesAsync(path, cancellationToken);

    public async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(
        string path, IReadOnlyList<TimeWindow> windows, CancellationToken cancellationToken)
    {
        var video = await probe.ProbeAsync(path, cancellationToken);
        var seek = video.StartSeconds + windows[0].From - SeekMarginSeconds - video.ContainerStartSeconds;
        List<string> arguments =
        [
            .. SafeInput.Options,
            .. seek > 0 ? ["-ss", Text(seek)] : Array.Empty<string>(),
            "-copyts",
            "-i", SafeInput.Name(path),
            "-map", "0:V:0",
            "-vf", FilterChain(windows, video.StartSeconds),
            "-frames:v", windows.Count.ToString(CultureInfo.InvariantCulture),
        ];

        var times = new FrameTimeLog();
        var images = await RunAsync(path, arguments, times, writeInput: null, cancellationToken);
        if (times.Seconds.Count < images.Count)
        {
            throw Failure(path, $"ffmpeg gave {images.Count} frames and the times of {times.Seconds.Count}.");
        }

        return images
            .Select((image, index) => new DecodedFrame(times.Seconds[index] - video.StartSeconds, image.Width, image.Height, image.Rgb))
            .ToArray();
    }

    public async Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            CheckWhole(path);
        }

        var images = await RunAsync(
            paths[0],
            ["-protocol_whitelist", "pipe", "-f", "image2pipe", "-err_detect", "explode", "-c:v", "mjpeg", "-i", "pipe:0"],
            new FrameTimeLog(),
            (stream, token) => WriteImagesAsync(paths, stream, token),
            cancellationToken);
        return images.Count == paths.Count
            ? images.Select(static image => new DecodedFrame(0, image.Width, image.Height, image.Rgb)).ToArray()
            : throw Failure(paths[0], $"{paths.Count} images from here on were decoded to {images.Count} frames; one of them is damaged.");
    }

    /// <summary>Lets pass what lies in the windows, writes the times of that, and ends after the last window.</summary>
    private static string FilterChain(IReadOnlyList<TimeWindow> windows, double start)
    {
        var chain = new StringBuilder($"trim=end={Text(start + windows[^1].To + SeekMarginSeconds)},select='");
        for (var i = 0; i < windows.Count; i++)
        {
            chain.Append(i == 0 ? "" : "+")
                .Append($"gte(t,{Text(start + windows[i].From)})*lt(t,{Text(start + windows[i].To)})");
        }

        return chain.Append("',showinfo=checksum=0").ToString();
    }

    private async Task<List<PpmImage>> RunAsync(
        string path,
        IEnumerable<string> input,
        FrameTimeLog times,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken)
    {
        string[] arguments =
        [
            "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-xerror",
            "-threads", settings.Threads.ToString(CultureInfo.InvariantCulture),
            .. input,
            await tools.PassthroughOptionAsync(), "passthrough",
            "-c:v", "ppm", "-f", "image2pipe", "pipe:1",
        ];
        var errors = new ErrorLines(times.Take);
        try
        {
            var (images, exitCode) = await ChildProcess.RunAsync(
                tools.Ffmpeg, arguments, settings.Patience, ReadImagesAsync, errors, writeInput, cancellationToken);
            return exitCode == 0 ? images : throw Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or IOException)
        {
            throw Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static async Task<List<PpmImage>> ReadImagesAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = new PpmReader(stream);
        var images = new List<PpmImage>();
        while (await reader.ReadAsync(cancellationToken) is { } image)
        {
            images.Add(image);
        }

        return images;
    }

    private static async Task WriteImagesAsync(IReadOnlyList<string> paths, Stream stream, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            await using var image = File.OpenRead(path);
            await image.CopyToAsync(stream, cancellationToken);
        }
    }

    /// <summary>In a stream of images a cut one would borrow from the next, so the ends are looked at before.</summary>
    private static void CheckWhole(string path)
    {
        using var image = File.OpenRead(path);
        Span<byte> ends = stackalloc byte[4];
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

    private static string Text(double seconds) => seconds.ToString("0.#########", CultureInfo.InvariantCulture);

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);
}

/// <summary>How ffmpeg is run.</summary>
/// <param name="Patience">How long a process may give nothing before it is ended.</param>
/// <param name="Threads">Threads of each decoder process.</param>
internal sealed record FfmpegSettings(TimeSpan Patience, int Threads)
{
    /// <summary>Two minutes; up to four threads, beyond which a clip's few frames come no faster.</summary>
    public static FfmpegSettings Default { get; } = new(TimeSpan.FromMinutes(2), Math.Min(4, Environment.ProcessorCount));
}
