using System.Diagnostics;
using System.Text;
using FFMpegCore;
using LLaVAction.Models.Ports;
using LLaVAction.Models.Videos;
using LLaVAction.Models.Videos.Ffmpeg;

namespace LLaVAction.Torch.Video;

/// <summary>
/// Decodes videos with FFMpegCore: it composes the command, of one process per call, from which only the chosen frames come.
/// The process is run here and not by FFMpegCore 5.4, which closes its pipe when the process ends, read to its end or not,
/// ends no children, and waits for a silent process without limit.
/// </summary>
internal sealed class FFMpegCoreDecoder : IVideoDecoder
{
    private readonly FfmpegTools tools;
    private readonly FfmpegSettings settings;
    private readonly VideoProbe probe;

    public FFMpegCoreDecoder(FfmpegTools tools, FfmpegSettings settings)
    {
        this.tools = tools;
        this.settings = settings;

        // FFProbe.AnalyseAsync gives no time base and rounds times to milliseconds; frames are found to the tick.
        probe = new VideoProbe(tools, settings.Patience);
    }

    /// <summary>Opens a folder of videos of a layout.</summary>
    /// <exception cref="InputException">The layout is not recognised, or ffmpeg is missing.</exception>
    public static IFrameReader Open(string videosFolder, string layout) => VideoLayouts.Open(
        videosFolder, layout, new FFMpegCoreDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), FfmpegSettings.Default));

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

    /// <summary>
    /// A text as the inside of a quoted argument: FFMpegCore writes all arguments into one line, which is cut again, without
    /// any shell, at unquoted spaces.
    /// </summary>
    internal static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        var backslashes = 0;
        foreach (var character in text)
        {
            result.Append('\\', character == '"' ? backslashes + 1 : 0).Append(character);
            backslashes = character == '\\' ? backslashes + 1 : 0;
        }

        return result.Append('\\', backslashes).ToString();
    }

    private async Task<List<PpmImage>> RunAsync(
        string path,
        FrameRequest request,
        string input,
        FrameTimeLog times,
        Func<Stream, CancellationToken, Task>? writeInput,
        CancellationToken cancellationToken)
    {
        var encoding = FrameRequest.Encoding(await tools.PassthroughOptionAsync());
        var command = FFMpegArguments
            .FromFileInput(Escape(input), verifyExists: false, options => Add(options, [.. FrameRequest.GlobalOptions, .. request.InputOptions]))
            .OutputToUrl(FrameRequest.StandardOutput, options => Add(options, [.. request.OutputOptions, .. encoding]));
        var errors = new ErrorLines(times.Take);
        try
        {
            var (images, exitCode) = await ChildProcess.RunAsync(
                new ProcessStartInfo(tools.Ffmpeg, command.Arguments), settings.Patience, FrameRequest.ReadImagesAsync, errors, writeInput, cancellationToken);
            return exitCode == 0 ? images : throw FrameRequest.Failure(path, $"ffmpeg cannot decode it: {errors.Tail}");
        }
        catch (Exception failure) when (failure is TimeoutException or InvalidDataException or IOException)
        {
            throw FrameRequest.Failure(path, $"{failure.Message} {errors.Tail}", failure);
        }
    }

    private static void Add(FFMpegArgumentOptions options, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments)
        {
            options.WithCustomArgument($"\"{Escape(argument)}\"");
        }
    }
}
