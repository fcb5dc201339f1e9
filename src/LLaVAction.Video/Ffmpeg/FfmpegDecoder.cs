using System.Collections.Concurrent;
using CliWrap;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Decodes videos with the <c>ffmpeg</c> executable, from which only the chosen frames come, as raw RGB through its standard
/// output; one process decodes several small clips that wait at the same time.
/// </summary>
internal sealed class FfmpegDecoder : IVideoDecoder
{
    /// <summary>Small clips that one process decodes at most: with four, its start is an eighth of each.</summary>
    public const int ClipsPerProcess = 4;

    private const string Software = "none";

    private readonly FfmpegTools _tools;
    private readonly FfmpegSettings _settings;
    private readonly VideoProbe _probe;
    private readonly DecodeQueue<FrameRequest> _videos;
    private readonly DecodeQueue<ImageRequest> _images;
    private readonly ConcurrentDictionary<string, FrameReadException> _hung = new(StringComparer.Ordinal);
    private volatile string? _remark;
    private volatile string _acceleration;

    public FfmpegDecoder(FfmpegTools tools, FfmpegSettings settings)
    {
        _tools = tools;
        _settings = settings;
        _acceleration = settings.HardwareAcceleration;
        _probe = new VideoProbe(tools, settings.Patience);
        _videos = new DecodeQueue<FrameRequest>(settings.Processes, settings.HardwareAcceleration == Software ? ClipsPerProcess : 1, DecodeAsync);
        _images = new DecodeQueue<ImageRequest>(settings.Processes, ClipsPerProcess, DecodeAsync);
    }

    public IReadOnlyList<string> Remarks => _remark is null ? [] : [_remark];

    public string Describe(string layout) => _settings.HardwareAcceleration == Software ? layout : $"{layout}, {_settings.HardwareAcceleration}";

    public async Task<StreamInfo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        (await _probe.ProbeAsync(path, cancellationToken)).Info;

    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        _probe.ListFrameTimesAsync(path, cancellationToken);

    public async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(
        string path, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken)
    {
        var video = await _probe.ProbeAsync(path, cancellationToken);
        return await _videos.DecodeAsync(new FrameRequest(path, video, windows, Math.Max(leadSeconds, video.LeadSeconds)), cancellationToken);
    }

    public async Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        await _images.DecodeAsync(new ImageRequest(paths[0], await ImageFile.ReadAllAsync(paths, cancellationToken)), cancellationToken);

    private async Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>> DecodeAsync(IReadOnlyList<ImageRequest> requests, CancellationToken cancellationToken)
    {
        ImageFile[] images = [.. requests.SelectMany(static request => request.Images)];
        var command = await FfmpegCommand.OfImagesAsync(_tools, _settings, images[0].Codec, (stream, token) => ImageFile.WriteAllAsync(images, stream, token));
        var decoded = await RunAsync(requests[0].Path, command, [new FrameTimeLog()], isTold: requests.Count == 1, cancellationToken);
        if (decoded.Count != images.Length)
        {
            throw Failure(requests[0].Path, $"{images.Length} images from here on were decoded to {decoded.Count} frames; one of them is damaged.");
        }

        var frames = new Queue<DecodedFrame>(decoded.Select(static image => new DecodedFrame(0, image.Width, image.Height, image.Rgb)));
        return [.. requests.Select(request => (IReadOnlyList<DecodedFrame>)[.. request.Images.Select(_ => frames.Dequeue())])];
    }

    private async Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>> DecodeAsync(IReadOnlyList<FrameRequest> requests, CancellationToken cancellationToken)
    {
        var (acceleration, path) = (_acceleration, requests[0].Path);
        try
        {
            return await DecodeAsync(acceleration, requests, cancellationToken);
        }
        catch (FrameReadException) when (acceleration != Software && !_hung.ContainsKey(path))
        {
            // The file or the device; the decoder in software tells which.
            var frames = await DecodeAsync(Software, requests, cancellationToken);
            _acceleration = Software;
            _remark = $"{path}: ffmpeg could not decode it with '{acceleration}'; from there on the decoder in software was used.";
            return frames;
        }
    }

    private async Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>> DecodeAsync(
        string acceleration, IReadOnlyList<FrameRequest> requests, CancellationToken cancellationToken)
    {
        var path = requests[0].Path;
        var times = Enumerable.Range(0, requests.Count).Select(static chain => new FrameTimeLog(chain)).ToArray();
        var command = await FfmpegCommand.OfVideosAsync(_tools, _settings with { HardwareAcceleration = acceleration }, requests);
        var images = await RunAsync(path, command, times, isTold: requests.Count == 1, cancellationToken);
        if (requests.Count == 1)
        {
            return times[0].Seconds.Count >= images.Count
                ? [Frames(images, times[0], requests[0])]
                : throw Failure(path, $"ffmpeg gave {images.Count} frames and the times of {times[0].Seconds.Count}.");
        }

        // Which frame is whose is sure only where each has as many as asked for.
        if (times.Sum(static log => log.Seconds.Count) != images.Count || requests.Where((request, i) => request.Windows.Count != times[i].Seconds.Count).Any())
        {
            throw Failure(path, $"ffmpeg gave {images.Count} frames of {requests.Count} clips, not those asked for.");
        }

        var first = 0;
        return [.. requests.Select((request, i) => Frames(images.GetRange((first += request.Windows.Count) - request.Windows.Count, request.Windows.Count), times[i], request))];
    }

    private static IReadOnlyList<DecodedFrame> Frames(List<PpmImage> images, FrameTimeLog times, FrameRequest request) =>
        [.. images.Select((image, index) => new DecodedFrame(times.Seconds[index] - request.Video.StartSeconds, image.Width, image.Height, image.Rgb))];

    private async Task<List<PpmImage>> RunAsync(string path, Command command, FrameTimeLog[] times, bool isTold, CancellationToken cancellationToken)
    {
        if (_hung.TryGetValue(path, out var before))
        {
            throw before;
        }

        var errors = new ErrorLines(line => Array.TrueForAll(times, log => log.Take(line)));
        try
        {
            var (images, exitCode) = await ToolProcess.RunAsync(command, _settings.Patience, PpmReader.ReadAllAsync, errors, cancellationToken);
            return exitCode == 0 ? images : throw Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (TimeoutException silence)
        {
            // Two minutes once, not for every clip of the file; of several files one cannot tell which.
            var failure = Failure(path, $"{silence.Message} {errors.Tail}", silence);
            throw isTold ? _hung.GetOrAdd(path, failure) : failure;
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException)
        {
            throw Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static FrameReadException Failure(string path, string message, Exception? inner = null) =>
        new(FrameReadFailure.DecodeError, $"{path}: {message}", inner);
}
