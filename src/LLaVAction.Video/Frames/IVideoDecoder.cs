namespace LLaVAction.Video.Frames;

/// <summary>
/// What can be done with one video file; the layouts of a videos folder are built on it. All times are in
/// seconds on the file's own clock, which is 0 at its first frame. Safe to call from several threads at once.
/// </summary>
internal interface IVideoDecoder
{
    /// <summary>What decodes files of a layout: its name, and the hardware where it is not software.</summary>
    string Describe(string layout) => layout;

    IReadOnlyList<string> Remarks => [];

    /// <summary>Reads the file's headers.</summary>
    /// <exception cref="FrameReadException">The file is not a video that can be read.</exception>
    Task<StreamInfo> ProbeAsync(string path, CancellationToken cancellationToken);

    /// <summary>Presentation times of all frames of the file, ascending, each once; reads the file, decodes nothing.</summary>
    /// <exception cref="FrameReadException">The file is not a video that can be read.</exception>
    Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken);

    /// <summary>
    /// Decodes the frames whose presentation times lie in the windows: at most as many as there are windows, in order of
    /// time. Seeks to the first window and stops after the last.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="windows">Ascending, not overlapping, at least one.</param>
    /// <param name="leadSeconds">How much before the first window decoding starts at least; infinite for the beginning of the file.</param>
    /// <param name="cancellationToken">Ends the work and whatever process does it.</param>
    /// <exception cref="FrameReadException">The frames up to the last window cannot be decoded without errors.</exception>
    Task<IReadOnlyList<DecodedFrame>> DecodeAsync(string path, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken);

    /// <summary>Decodes image files, one frame each, in their order; their times are 0.</summary>
    /// <exception cref="FrameReadException">An image cannot be decoded.</exception>
    Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken);
}

/// <summary>What a video file's headers say.</summary>
/// <param name="ConstantFrameRate">Frames per second where all frames are equally long; null where they are not.</param>
/// <param name="AverageFrameRate">Frames per second on average.</param>
/// <param name="DurationSeconds">From the first frame's beginning to the last one's end; null where the headers do not say.</param>
public sealed record StreamInfo(double? ConstantFrameRate, double AverageFrameRate, double? DurationSeconds);

/// <summary>Times from <paramref name="From"/> (included) to <paramref name="To"/> (excluded), in seconds.</summary>
/// <param name="From">First time inside.</param>
/// <param name="To">First time after it that is outside.</param>
public readonly record struct TimeWindow(double From, double To)
{
    /// <summary>Whether a time lies inside.</summary>
    public bool Contains(double seconds) => seconds >= From && seconds < To;
}

/// <summary>One decoded frame.</summary>
/// <param name="Seconds">Its presentation time on the file's clock.</param>
/// <param name="Width">Width as shown, in pixels.</param>
/// <param name="Height">Height as shown, in pixels.</param>
/// <param name="Rgb">8-bit RGB, interleaved, row major; the receiver's own.</param>
public sealed record DecodedFrame(double Seconds, int Width, int Height, byte[] Rgb);
