using LLaVAction.Models.Videos;
using LLaVAction.Models.Videos.Ffmpeg;

namespace LLaVAction.Embedded.Video;

/// <summary>
/// Decodes videos with the <c>ffmpeg</c> executable: one process per call, from which only the chosen frames come, as raw RGB
/// through its standard output.
/// </summary>
internal sealed class FfmpegDecoder : IVideoDecoder
{
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
        string[] arguments =
        [
            .. FrameRequest.GlobalOptions,
            .. request.InputOptions,
            "-i", input,
            .. request.OutputOptions,
            .. FrameRequest.Encoding(await tools.PassthroughOptionAsync()), FrameRequest.StandardOutput,
        ];
        var errors = new ErrorLines(times.Take);
        try
        {
            var (images, exitCode) = await ChildProcess.RunAsync(
                tools.Ffmpeg, arguments, settings.Patience, FrameRequest.ReadImagesAsync, errors, writeInput, cancellationToken);
            return exitCode == 0 ? images : throw FrameRequest.Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or IOException)
        {
            throw FrameRequest.Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }
}
