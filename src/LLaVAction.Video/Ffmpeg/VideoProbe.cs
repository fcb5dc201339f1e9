using System.Globalization;
using System.Text.Json;
using FFMpegCore;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Asks <c>ffprobe</c> about video files, and remembers what it said. FFMpegCore reads its answer; its ready-made analysis
/// lacks the time base and the first time stamp, and rounds times to milliseconds, while frames are found to the tick.
/// </summary>
internal sealed class VideoProbe(FfmpegTools tools, TimeSpan patience)
{
    // Average and nominal rate may differ by this share in a file that still counts as one of constant rate, one in which some
    // frames are missing.
    private const double RateTolerance = 0.02;

    // A stream without an index is sought by position, and decoding may then begin in the middle of a group of pictures: it
    // starts this much earlier, longer than any usual group.
    private const double StreamLeadSeconds = 10;

    private readonly BoundedCache<ProbedVideo> _videos = new(capacity: 4096);
    private readonly BoundedCache<IReadOnlyList<double>> _frameTimes = new(capacity: 16);

    public Task<ProbedVideo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        _videos.GetAsync(path, () => ReadHeadersAsync(path), cancellationToken);

    // Presentation times of all frames that a file shows, ascending, each once, from the first frame on.
    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        _frameTimes.GetAsync(path, () => ReadFrameTimesAsync(path), cancellationToken);

    private async Task<ProbedVideo> ReadHeadersAsync(string path)
    {
        var output = await RunAsync(
            path, "stream=codec_name,width,height,pix_fmt,color_range,color_space,color_primaries,color_transfer,sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,start_pts,duration:format=format_name,start_time,duration", "json");
        var analysis = JsonSerializer.Deserialize<FFProbeAnalysis>(output);
        if (analysis?.Streams is not [var stream, ..])
        {
            throw Failure(path, "has no video stream.");
        }

        var extra = stream.ExtensionData;
        if (extra is null || !extra.TryGetValue("time_base", out var unit) || !Rational.TryParse(unit.GetString(), out var timeBase))
        {
            throw Failure(path, "its video stream has no time base.");
        }

        var hasNominal = Rational.TryParse(stream.FrameRate, out var nominal);
        var hasAverage = Rational.TryParse(stream.AvgFrameRate, out var average);
        if (!hasNominal && !hasAverage)
        {
            throw Failure(path, "its video stream has no frame rate.");
        }

        var isConstant = hasNominal && (!hasAverage || Math.Abs((average.Value / nominal.Value) - 1) <= RateTolerance);
        var start = extra.TryGetValue("start_pts", out var stamp) && stamp.ValueKind == JsonValueKind.Number ? timeBase.Times(stamp.GetInt64()) : 0;
        return new ProbedVideo(
            new StreamInfo(
                isConstant ? nominal.Value : null,
                hasAverage ? average.Value : nominal.Value,
                Number(stream.Duration) ?? Number(analysis.Format?.Duration)),
            timeBase,
            start,
            Number(analysis.Format?.StartTime) ?? 0,
            analysis.Format?.FormatName is "mpegts" or "mpeg" ? StreamLeadSeconds : 0,
            new PictureKind(
                stream.Width ?? 0,
                stream.Height ?? 0,
                string.Join(' ', stream.CodecName, stream.PixelFormat, stream.SampleAspectRatio, Text("color_range"), Text("color_space"), Text("color_primaries"), Text("color_transfer"))));

        string? Text(string name) => extra.TryGetValue(name, out var value) ? value.ToString() : null;
    }

    private async Task<IReadOnlyList<double>> ReadFrameTimesAsync(string path)
    {
        var video = await ProbeAsync(path, CancellationToken.None);
        var output = await RunAsync(path, "packet=pts,flags", "csv=print_section=0");
        var stamps = new SortedSet<long>();
        foreach (var line in output.AsSpan().EnumerateLines())
        {
            // A packet marked D is decoded and not shown.
            var comma = line.IndexOf(',');
            if (comma > 0
                && long.TryParse(line[..comma], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stamp)
                && !line[comma..].Contains('D'))
            {
                stamps.Add(stamp);
            }
        }

        return stamps.Select(stamp => video.TimeBase.Times(stamp) - video.StartSeconds).ToArray();
    }

    private async Task<string> RunAsync(string path, string entries, string format)
    {
        var errors = new ErrorLines();
        try
        {
            var (output, exitCode) = await ToolProcess.RunAsync(
                FfmpegCommand.OfProbe(tools, path, entries, format), patience, ToolProcess.ReadTextAsync, errors, CancellationToken.None);
            return exitCode == 0 ? output : throw Failure(path, $"ffprobe cannot read it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or IOException or InvalidDataException)
        {
            throw Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}

/// <summary>What the headers say, and how the file's clock relates to time stamps.</summary>
/// <param name="Info">For readers of the layouts.</param>
/// <param name="TimeBase">Seconds per unit of a time stamp.</param>
/// <param name="StartSeconds">Presentation time of the first frame.</param>
/// <param name="ContainerStartSeconds">Earliest time of any stream: where seeking counts from.</param>
/// <param name="LeadSeconds">How much earlier than needed decoding must start at least.</param>
/// <param name="Picture">What its pictures are like.</param>
internal sealed record ProbedVideo(StreamInfo Info, Rational TimeBase, double StartSeconds, double ContainerStartSeconds, double LeadSeconds, PictureKind Picture);

/// <summary>What pictures are like; those of a kind pass through the same filters.</summary>
/// <param name="Width">Width, in pixels.</param>
/// <param name="Height">Height, in pixels.</param>
/// <param name="Format">Codec, shape of pixels and meaning of colours.</param>
internal sealed record PictureKind(int Width, int Height, string Format)
{
    public long Bytes => 3L * Width * Height;
}
