using System.Globalization;
using System.Text.Json;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>Asks <c>ffprobe</c> about video files, and remembers what it said.</summary>
internal sealed class VideoProbe(FfmpegTools tools, TimeSpan patience)
{
    /// <summary>
    /// Average and nominal rate may differ by this share in a file that still counts as one of constant rate, one in
    /// which some frames are missing.
    /// </summary>
    private const double RateTolerance = 0.02;

    private readonly BoundedCache<ProbedVideo> _videos = new(capacity: 4096);
    private readonly BoundedCache<IReadOnlyList<double>> _frameTimes = new(capacity: 16);

    /// <summary>What the headers of a file say.</summary>
    public Task<ProbedVideo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        _videos.GetAsync(path, () => ReadHeadersAsync(path), cancellationToken);

    /// <summary>Presentation times of all frames that a file shows, ascending, each once, from the first frame on.</summary>
    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        _frameTimes.GetAsync(path, () => ReadFrameTimesAsync(path), cancellationToken);

    private async Task<ProbedVideo> ReadHeadersAsync(string path)
    {
        var output = await RunAsync(
            path, "stream=r_frame_rate,avg_frame_rate,time_base,start_pts,duration:format=start_time,duration", "json");
        using var document = JsonDocument.Parse(output);
        if (!document.RootElement.TryGetProperty("streams", out var streams) || streams.GetArrayLength() == 0)
        {
            throw Failure(path, "has no video stream.");
        }

        var stream = streams[0];
        var format = document.RootElement.TryGetProperty("format", out var found) ? found : default;
        if (!Rational.TryParse(Text(stream, "time_base"), out var timeBase))
        {
            throw Failure(path, "its video stream has no time base.");
        }

        var hasNominal = Rational.TryParse(Text(stream, "r_frame_rate"), out var nominal);
        var hasAverage = Rational.TryParse(Text(stream, "avg_frame_rate"), out var average);
        if (!hasNominal && !hasAverage)
        {
            throw Failure(path, "its video stream has no frame rate.");
        }

        var isConstant = hasNominal && (!hasAverage || Math.Abs((average.Value / nominal.Value) - 1) <= RateTolerance);
        var start = stream.TryGetProperty("start_pts", out var stamp) && stamp.ValueKind == JsonValueKind.Number ? timeBase.Times(stamp.GetInt64()) : 0;
        return new ProbedVideo(
            new VideoInfo(isConstant ? nominal.Value : null, hasAverage ? average.Value : nominal.Value, Number(stream, "duration") ?? Number(format, "duration")),
            timeBase,
            start,
            Number(format, "start_time") ?? 0);
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
            var (output, exitCode) = await ChildProcess.RunAsync(
                tools.Ffprobe,
                ["-hide_banner", "-loglevel", "error", .. SafeInput.Options, "-select_streams", "V:0", "-show_entries", entries, "-of", format, SafeInput.Name(path)],
                patience,
                FfmpegTools.ReadTextAsync,
                errors,
                writeInput: null,
                CancellationToken.None);
            return exitCode == 0 ? output : throw Failure(path, $"ffprobe cannot read it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or IOException)
        {
            throw Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static double? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && double.TryParse(Text(element, name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
        && double.IsFinite(value)
            ? value
            : null;
}

/// <summary>What the headers say, and how the file's clock relates to time stamps.</summary>
/// <param name="Info">For readers of the layouts.</param>
/// <param name="TimeBase">Seconds per unit of a time stamp.</param>
/// <param name="StartSeconds">Presentation time of the first frame.</param>
/// <param name="ContainerStartSeconds">Earliest time of any stream: where seeking counts from.</param>
internal sealed record ProbedVideo(VideoInfo Info, Rational TimeBase, double StartSeconds, double ContainerStartSeconds);
