using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>Reads chosen frames of one video file through a decoder, and proves that they are the ones chosen.</summary>
internal sealed class VideoFile(IVideoDecoder decoder, string path)
{
    // Frames further apart than this are sought one by one: decoding what lies between costs more than another start of the
    // decoder and half a group of pictures.
    private const double SeekWhenApartSeconds = 4;

    // Where decoding starts, tried one after the other: at the key frame before, ten seconds earlier and at the beginning. A file
    // may have points to seek to that pictures after them reach back behind.
    private static readonly double[] Leads = [0, 10, double.PositiveInfinity];

    public string Path => path;

    public Task<StreamInfo> ProbeAsync(CancellationToken cancellationToken) => decoder.ProbeAsync(path, cancellationToken);

    public async Task<IReadOnlyList<double>> ListFrameTimesAsync(CancellationToken cancellationToken)
    {
        var times = await decoder.ListFrameTimesAsync(path, cancellationToken);
        return times.Count > 0 ? times : throw new FrameReadException(FrameReadFailure.DecodeError, $"{path}: has no video frames.");
    }

    /// <summary>Tells a video that ends from a file that was cut short: there the clip cannot just end earlier.</summary>
    /// <param name="lastFrameSeconds">Time of the last frame that the file holds.</param>
    /// <param name="neededSeconds">Time up to which frames are needed.</param>
    /// <param name="info">What the headers say.</param>
    /// <exception cref="FrameReadException">The frames end before the headers say, and more of them are needed.</exception>
    public void CheckComplete(double lastFrameSeconds, double neededSeconds, StreamInfo info)
    {
        const double Tolerance = 1;
        if (info.DurationSeconds - lastFrameSeconds > Tolerance && neededSeconds > lastFrameSeconds + (1 / info.AverageFrameRate))
        {
            throw new FrameReadException(
                FrameReadFailure.DecodeError,
                FormattableString.Invariant($"{path}: its frames end at {lastFrameSeconds:0.###} s, and its headers say {info.DurationSeconds:0.###} s. The file was cut short; copy it again."));
        }
    }

    /// <summary>
    /// Frames of a constant-rate file by index, found by the time that each index has at that rate. Null when they cannot be
    /// read so, or the file does not have exactly one frame at each of these times: then its frames must be listed.
    /// </summary>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="indices">0-based, ascending, each once.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    public async Task<DecodedFrame[]?> TryReadByIndexAsync(double frameRate, IReadOnlyList<int> indices, CancellationToken cancellationToken)
    {
        var windows = indices.Select(index => new TimeWindow((index - 0.5) / frameRate, (index + 0.5) / frameRate)).ToArray();
        try
        {
            return await TryReadAsync(windows, leadSeconds: 0, cancellationToken);
        }
        catch (FrameReadException)
        {
            return null;
        }
    }

    /// <summary>Frames by position in the list of the file's frame times.</summary>
    /// <param name="frameTimes">All times of the file.</param>
    /// <param name="positions">Ascending, each once.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    public async Task<DecodedFrame[]> ReadByPositionAsync(
        IReadOnlyList<double> frameTimes, IReadOnlyList<int> positions, CancellationToken cancellationToken)
    {
        // Half-way to the neighbours, and not far where there is none.
        const double Margin = 0.5;
        var windows = positions.Select(position => new TimeWindow(
            position == 0 ? frameTimes[0] - Margin : (frameTimes[position - 1] + frameTimes[position]) / 2,
            position == frameTimes.Count - 1 ? frameTimes[^1] + Margin : (frameTimes[position] + frameTimes[position + 1]) / 2)).ToArray();

        FrameReadException? failure = null;
        foreach (var lead in Leads)
        {
            try
            {
                if (await TryReadAsync(windows, lead, cancellationToken) is { } frames)
                {
                    return frames;
                }
            }
            catch (FrameReadException exception)
            {
                failure = exception;
            }
        }

        throw failure
            ?? new FrameReadException(
                FrameReadFailure.DecodeError,
                $"{path}: the decoder did not give the {positions.Count} frames that the file lists between "
                + FormattableString.Invariant($"{frameTimes[positions[0]]:0.###} s and {frameTimes[positions[^1]]:0.###} s. The file is damaged there."));
    }

    private async Task<DecodedFrame[]?> TryReadAsync(TimeWindow[] windows, double leadSeconds, CancellationToken cancellationToken)
    {
        // All are asked for at once, so that one process can decode several.
        var decoding = new List<Task<IReadOnlyList<DecodedFrame>>>();
        for (int first = 0, next; first < windows.Length; first = next)
        {
            for (next = first + 1; next < windows.Length && windows[next].From - windows[next - 1].From <= SeekWhenApartSeconds; next++)
            {
            }

            decoding.Add(ReadAsync(windows[first..next]));
        }

        DecodedFrame[] frames = [.. (await Task.WhenAll(decoding)).SelectMany(static part => part)];
        return frames.Length == windows.Length && windows.Zip(frames).All(static pair => pair.First.Contains(pair.Second.Seconds)) ? frames : null;

        Task<IReadOnlyList<DecodedFrame>> ReadAsync(TimeWindow[] part) => decoder.DecodeAsync(path, part, leadSeconds, cancellationToken);
    }
}
