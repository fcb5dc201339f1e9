using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>Frames of a whole video.</summary>
/// <param name="Frames">The frames, with one selection: all of them, in order.</param>
/// <param name="DurationSeconds">Length of the video.</param>
public sealed record WholeVideo(ClipFrames Frames, double DurationSeconds);

/// <summary>Whole videos and pictures of a folder, by the relative paths that rows of instruction data give. Safe to call from several threads at once.</summary>
public sealed class MediaFolder
{
    private readonly string _folder;
    private readonly IVideoDecoder _decoder;

    private MediaFolder(string folder, IVideoDecoder decoder)
    {
        _folder = folder;
        _decoder = decoder;
    }

    /// <summary>Opens a folder, to be decoded by the ffmpeg that is on the path.</summary>
    /// <exception cref="InputException">The folder or ffmpeg is missing.</exception>
    public static MediaFolder Open(string folder) => Directory.Exists(folder)
        ? new MediaFolder(Path.GetFullPath(folder), new FfmpegDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), FfmpegSettings.Default))
        : throw new InputException($"{folder}: no such folder; expected the videos and images of the data sets that the rows replay.");

    /// <summary>The file that the first of some relative paths leads to, never out of the folder; null where none does.</summary>
    public string? Find(IEnumerable<string> relativePaths) => relativePaths
        .Where(path => !Path.IsPathRooted(path) && !path.Split('/', '\\').Contains(".."))
        .Select(path => Path.Combine(_folder, path))
        .FirstOrDefault(File.Exists);

    /// <summary>
    /// One frame a second of a video from its first; where that is more than <paramref name="mostFrames"/>, so many spread
    /// over it, first and last included: the sampling of LLaVA-Video's training.
    /// </summary>
    /// <exception cref="FrameReadException">It cannot be decoded.</exception>
    public async Task<WholeVideo> ReadVideoAsync(string path, int mostFrames, CancellationToken cancellationToken)
    {
        var file = new VideoFile(_decoder, path);
        var info = await file.ProbeAsync(cancellationToken);
        if (info is { ConstantFrameRate: { } rate, DurationSeconds: { } seconds } && (int)Math.Round(seconds * rate) is > 0 and var total
            && await file.TryReadByIndexAsync(rate, Indices(total, rate, mostFrames), cancellationToken) is { } frames)
        {
            return new WholeVideo(Gather(frames), total / rate);
        }

        var times = await file.ListFrameTimesAsync(cancellationToken);
        var listed = await file.ReadByPositionAsync(times, Indices(times.Count, info.AverageFrameRate, mostFrames), cancellationToken);
        return new WholeVideo(Gather(listed), times.Count / info.AverageFrameRate);
    }

    /// <summary>A picture, as one frame.</summary>
    /// <exception cref="FrameReadException">It cannot be decoded.</exception>
    public async Task<ClipFrames> ReadImageAsync(string path, CancellationToken cancellationToken)
        => Gather(await _decoder.DecodeImagesAsync([path], cancellationToken));

    private static int[] Indices(int total, double frameRate, int mostFrames)
    {
        var step = Math.Max(1, (int)Math.Round(frameRate));
        return (total + step - 1) / step is var count && count > mostFrames
            ? [.. FrameSampler.UniformIndices(total, mostFrames).Distinct()]
            : [.. Enumerable.Range(0, count).Select(i => i * step)];
    }

    private static ClipFrames Gather(IReadOnlyList<DecodedFrame> frames) => new()
    {
        Width = frames[0].Width,
        Height = frames[0].Height,
        Frames = [.. frames.Select(static frame => (ReadOnlyMemory<byte>)frame.Rgb)],
        Seconds = [.. frames.Select(static frame => frame.Seconds)],
        Selections = new Dictionary<int, IReadOnlyList<int>> { [frames.Count] = [.. Enumerable.Range(0, frames.Count)] },
    };
}
