using System.Text.Json;
using LLaVAction.Runs;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>Which frames of which chunk are read, against AVION's own loader.</summary>
public sealed class AvionSamplingGoldenTests : IDisposable
{
    private const double VideoSeconds = 100.4;
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task Every_case_reads_the_frames_that_AVION_reads()
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/sampling.json")), "no avion-tiny in the golden folder");
        var compared = 0;
        foreach (var entry in GoldenFolder.Json("avion-tiny/sampling.json").GetProperty("cases").EnumerateArray())
        {
            var (rate, seconds, count) = (entry.GetProperty("fps").GetDouble(), entry.GetProperty("chunk_seconds").GetInt32(), entry.GetProperty("frames").GetInt32());
            var decoder = new ChunkDecoder(rate, seconds);
            var reader = VideoLayouts.Open(Videos(seconds), VideoLayouts.Chunks, () => decoder);
            var clip = new ClipReference("P90_01_0", "P90", "P90_01", entry.GetProperty("start_seconds").GetDouble(), entry.GetProperty("stop_seconds").GetDouble(), 1, 2);

            var read = await reader.ReadAsync(clip, new FramePolicy(FramePolicyKind.Avion), [count], CancellationToken.None);

            var found = read.Selections[count].Select(index => BitConverter.ToInt32(read.Frames[index].Span) + " " + BitConverter.ToInt32(read.Frames[index].Span[4..]));
            Assert.Equal(Expected(entry), found);
            compared++;
        }

        Assert.Equal(192, compared);
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<string> Expected(JsonElement entry) =>
        from chunk in entry.GetProperty("read").EnumerateArray()
        from frame in chunk[1].EnumerateArray()
        select Path.GetFileNameWithoutExtension(chunk[0].GetString()) + " " + frame.GetInt32();

    private string Videos(int seconds)
    {
        for (var start = 0; start <= VideoSeconds; start += seconds)
        {
            _folder.Write($"{seconds}/P90/P90_01.MP4/{start}.MP4", "");
        }

        return _folder[$"{seconds}"];
    }

    /// <summary>Chunks of constant rate whose frames tell their chunk and their place in it.</summary>
    private sealed class ChunkDecoder(double rate, int seconds) : IVideoDecoder
    {
        public Task<StreamInfo> ProbeAsync(string path, CancellationToken cancellationToken) => Task.FromResult(new StreamInfo(rate, rate, FramesIn(path) / rate));

        public Task<IReadOnlyList<double>> ListFrameTimesAsync(string path, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<double>>([.. Enumerable.Range(0, FramesIn(path)).Select(frame => frame / rate)]);

        public Task<IReadOnlyList<DecodedFrame>> DecodeAsync(string path, IReadOnlyList<TimeWindow> windows, double leadSeconds, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<DecodedFrame>>([.. windows.Select(window => (int)Math.Round((window.From + window.To) / 2 * rate)).Where(frame => frame < FramesIn(path))
                .Select(frame => new DecodedFrame(frame / rate, 1, 1, [.. BitConverter.GetBytes(StartOf(path)), .. BitConverter.GetBytes(frame)]))]);

        public Task<IReadOnlyList<DecodedFrame>> DecodeImagesAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static int StartOf(string path) => int.Parse(Path.GetFileNameWithoutExtension(path), System.Globalization.CultureInfo.InvariantCulture);

        private int FramesIn(string path) => (int)Math.Round(Math.Min(seconds, VideoSeconds - StartOf(path)) * rate);
    }
}
