using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>How many frames the videos of a folder have, by name, wherever they lie.</summary>
public sealed class VideoLengths
{
    private readonly IReadOnlyDictionary<string, string> _paths;
    private readonly IVideoDecoder _decoder;

    private VideoLengths(IReadOnlyDictionary<string, string> paths, IVideoDecoder decoder)
    {
        _paths = paths;
        _decoder = decoder;
    }

    /// <summary>Looks for the files.</summary>
    /// <exception cref="InputException">The folder or ffmpeg is missing.</exception>
    public static VideoLengths Open(string folder) => Directory.Exists(folder)
        ? new VideoLengths(
            VideoIndex.Of(folder).PathsOf(VideoLayouts.Epic),
            new FfmpegDecoder(FfmpegTools.Find(Environment.GetEnvironmentVariable("PATH")), FfmpegSettings.Default))
        : throw new InputException($"Videos folder {folder} does not exist.");

    /// <summary>Frames of a video, and frames per second; null where there is no such file.</summary>
    /// <exception cref="FrameReadException">The file cannot be read.</exception>
    public async Task<(int Frames, double Rate)?> OfAsync(string video, CancellationToken cancellationToken)
    {
        if (_paths.GetValueOrDefault(video) is not { } path)
        {
            return null;
        }

        var info = await _decoder.ProbeAsync(path, cancellationToken);
        return info is { ConstantFrameRate: { } rate, DurationSeconds: { } duration }
            ? (Math.Max(1, (int)Math.Round(duration * rate)), rate)
            : ((await _decoder.ListFrameTimesAsync(path, cancellationToken)).Count, info.AverageFrameRate);
    }
}
