using System.Diagnostics;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>Composes a command of ffmpeg; each engine does it in its own way.</summary>
/// <param name="executable">Full path of ffmpeg.</param>
/// <param name="request">Options of the input and of the output.</param>
/// <param name="input">Name of the input.</param>
/// <param name="encoding">The last options of the output, which is <see cref="FrameRequest.StandardOutput"/>.</param>
internal delegate ProcessStartInfo FfmpegComposer(string executable, FrameRequest request, string input, IReadOnlyList<string> encoding);

/// <summary>
/// Decodes videos with the <c>ffmpeg</c> executable: one process per call, from which only the chosen frames come, as raw RGB
/// through its standard output.
/// </summary>
internal sealed class FfmpegDecoder(FfmpegTools tools, FfmpegSettings settings, FfmpegComposer compose) : IVideoDecoder
{
    private readonly VideoProbe _probe = new(tools, settings.Patience);

    /// <summary>Opens a folder of videos of a layout with the ffmpeg that is on the path. ffmpeg is looked for last.</summary>
    /// <exception cref="InputException">The layout is not recognised, or ffmpeg is missing.</exception>
    public static IFrameReader Open(string videosFolder, string layout, FfmpegComposer compose, SquareViews? squares = null)
    {
        var recognised = VideoLayouts.Recognise(videosFolder, layout);
        var tools = FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH"));
        return VideoLayouts.Open(videosFolder, recognised, new FfmpegDecoder(tools, FfmpegSettings.Default with { Squares = squares }, compose));
    }

    public async Task<VideoInfo> ProbeAsync(string path, CancellationToken cancellationToken) =>
        (await _probe.ProbeAsync(path, cancellationToken)).Info;

    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
        _probe.ListFrameTimesAsync(path, cancellationToken);

    public async Task<IReadOnlyList<DecodedFrame>> DecodeAsync(
        string path, IReadOnlyList<TimeWindow> windows, CancellationToken cancellationToken)
    {
        var video = await _probe.ProbeAsync(path, cancellationToken);
        var times = new FrameTimeLog();
        var images = await RunAsync(
            path, FrameRequest.OfVideo(video, windows, settings), SafeInput.Name(path), times, writeInput: null, cancellationToken);
        return FrameRequest.Timed(path, video, images, times);
    }

    public async Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        FrameRequest.CheckWhole(paths);
        var images = await RunAsync(
            paths[0],
            FrameRequest.OfImages(settings),
            FrameRequest.StandardInput,
            new FrameTimeLog(),
            (stream, token) => FrameRequest.WriteFilesAsync(paths, stream, token),
            cancellationToken);
        return FrameRequest.Untimed(paths, images);
    }

    private async Task<List<PpmImage>> RunAsync(
        string path,
        FrameRequest request,
        string input,
        FrameTimeLog times,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken)
    {
        var command = compose(tools.Ffmpeg, request, input, FrameRequest.Encoding(await tools.PassthroughOptionAsync()));
        var errors = new ErrorLines(times.Take);
        try
        {
            var (images, exitCode) = await ChildProcess.RunAsync(
                command, settings.Patience, FrameRequest.ReadImagesAsync, errors, writeInput, cancellationToken);
            return exitCode == 0 ? images : throw FrameRequest.Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or IOException)
        {
            throw FrameRequest.Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }
}
