using System.Collections.Concurrent;
using CliWrap;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Decodes videos with the <c>ffmpeg</c> executable: one process per call, from which only the chosen frames come, as raw RGB
/// through its standard output.
/// </summary>
internal sealed class FfmpegDecoder(FfmpegTools tools, FfmpegSettings settings) : IVideoDecoder
{
    private const string Software = "none";

    private readonly VideoProbe _probe = new(tools, settings.Patience);
    private readonly ConcurrentDictionary<string, FrameReadException> _hung = new(StringComparer.Ordinal);
    private volatile string? _remark;
    private volatile string _acceleration = settings.HardwareAcceleration;

    public IReadOnlyList<string> Remarks => _remark is null ? [] : [_remark];

    public async Task<StreamInfo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        (await _probe.ProbeAsync(path, cancellationToken)).Info;

    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        _probe.ListFrameTimesAsync(path, cancellationToken);

    public async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(
        string path, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken)
    {
        var video = await _probe.ProbeAsync(path, cancellationToken);
        var lead = Math.Max(leadSeconds, video.LeadSeconds);
        var acceleration = _acceleration;
        try
        {
            return await DecodeAsync(acceleration, path, video, windows, lead, cancellationToken);
        }
        catch (FrameReadException) when (acceleration != Software && !_hung.ContainsKey(path))
        {
            // The file or the device; the decoder in software tells which.
            var frames = await DecodeAsync(Software, path, video, windows, lead, cancellationToken);
            _acceleration = Software;
            _remark = $"{path}: ffmpeg could not decode it with '{acceleration}'; from there on the decoder in software was used.";
            return frames;
        }
    }

    public async Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var images = await ImageFile.ReadAllAsync(paths, cancellationToken);
        var command = await FfmpegCommand.OfImagesAsync(tools, settings, images[0].Codec, (stream, token) => ImageFile.WriteAllAsync(images, stream, token));
        var decoded = await RunAsync(paths[0], command, new FrameTimeLog(), cancellationToken);
        return decoded.Count == paths.Count
            ? [.. decoded.Select(static image => new DecodedFrame(0, image.Width, image.Height, image.Rgb))]
            : throw Failure(paths[0], $"{paths.Count} images from here on were decoded to {decoded.Count} frames; one of them is damaged.");
    }

    private async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(
        string acceleration, string path, ProbedVideo video, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken)
    {
        var times = new FrameTimeLog();
        var command = await FfmpegCommand.OfVideoAsync(tools, settings with { HardwareAcceleration = acceleration }, path, video, windows, leadSeconds);
        var images = await RunAsync(path, command, times, cancellationToken);
        return times.Seconds.Count >= images.Count
            ? [.. images.Select((image, index) => new DecodedFrame(times.Seconds[index] - video.StartSeconds, image.Width, image.Height, image.Rgb))]
            : throw Failure(path, $"ffmpeg gave {images.Count} frames and the times of {times.Seconds.Count}.");
    }

    private async Task<List<PpmImage>> RunAsync(string path, Command command, FrameTimeLog times, CancellationToken cancellationToken)
    {
        if (_hung.TryGetValue(path, out var before))
        {
            throw before;
        }

        var errors = new ErrorLines(times.Take);
        try
        {
            var (images, exitCode) = await ToolProcess.RunAsync(command, settings.Patience, PpmReader.ReadAllAsync, errors, cancellationToken);
            return exitCode == 0 ? images : throw Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (TimeoutException silence)
        {
            // Two minutes once, not for every clip of the file.
            throw _hung.GetOrAdd(path, Failure(path, $"{silence.Message} {errors.Tail}", silence));
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);
}
