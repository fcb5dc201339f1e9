using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>Videos that exist as lists of times only; each frame is one pixel that shows its position. Records what was asked.</summary>
internal sealed class ScriptedDecoder : IVideoDecoder
{
    private readonly Dictionary<string, (StreamInfo Info, double[] Times)> _videos = new(StringComparer.Ordinal);

    /// <summary>The windows of every decoding, in order.</summary>
    public List<TimeWindow[]> Decodings { get; } = [];

    /// <summary>How often frame times were listed.</summary>
    public int Listings { get; private set; }

    public ScriptedDecoder Add(string path, StreamInfo info, IEnumerable<double> times)
    {
        _videos.Add(path, (info, times.ToArray()));
        return this;
    }

    public ScriptedDecoder AddConstant(string path, double rate, int frames) =>
        Add(path, new StreamInfo(rate, rate, frames / rate), Enumerable.Range(0, frames).Select(index => index / rate));

    public Task<StreamInfo> ProbeAsync(string path, CancellationToken cancellationToken) => Task.FromResult(_videos[path].Info);

    public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken)
    {
        Listings++;
        return Task.FromResult<IReadOnlyList<double>>(_videos[path].Times);
    }

    public Task<IReadOnlyList<DecodedFrame>> DecodeAsync(string path, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken)
    {
        Decodings.Add([.. windows]);
        var frames = _videos[path].Times
            .Select(static (seconds, index) => (Seconds: seconds, Frame: new DecodedFrame(seconds, 1, 1, [(byte)index, (byte)(index >> 8), 0])))
            .Where(frame => windows.Any(window => window.Contains(frame.Seconds)))
            .Take(windows.Count)
            .Select(static frame => frame.Frame);
        return Task.FromResult<IReadOnlyList<DecodedFrame>>(frames.ToArray());
    }

    public Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
