using LLaVAction.Runs;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>The layouts' arithmetic, on videos that are lists of times.</summary>
public sealed class VideoReaderTests : IDisposable
{
    private static readonly FramePolicy Midpoint = new(FramePolicyKind.Midpoint);

    private readonly TemporaryFolder _folder = new();
    private readonly ScriptedDecoder _decoder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_constant_rate_needs_one_decoding_and_no_listing()
    {
        _decoder.AddConstant(_folder.Write("P01/P01_11.MP4", ""), 60_000 / 1001.0, 36_000);

        var frames = await ReadAsync("epic", Clip(100.05, 103.41), 8, 16);

        Assert.Single(_decoder.Decodings);
        Assert.Equal(0, _decoder.Listings);
        Assert.Equal(FrameSampler.FrameIndices(5997, 6198, 16), Positions(frames, 16));
        Assert.Equal(FrameSampler.FrameIndices(5997, 6198, 8), Positions(frames, 8));
    }

    [Fact]
    public async Task Frames_far_apart_are_sought_one_by_one()
    {
        _decoder.AddConstant(_folder.Write("P01/P01_11.MP4", ""), 30, 6000);

        var frames = await ReadAsync("epic", Clip(10, 157), 8);

        Assert.Equal(8, _decoder.Decodings.Count);
        Assert.Equal(FrameSampler.FrameIndices(300, 4710, 8), Positions(frames, 8));
    }

    [Fact]
    public async Task Late_frames_are_found_by_listing()
    {
        // From 50 s on everything is 20 ms late.
        _decoder.Add(
            _folder.Write("P01/P01_11.MP4", ""),
            new StreamInfo(30, 29.99, 100.02),
            Enumerable.Range(0, 3000).Select(static index => (index / 30.0) + (index >= 1500 ? 0.02 : 0)));

        var frames = await ReadAsync("epic", Clip(49.9, 50.3), 8);

        Assert.Equal(1, _decoder.Listings);

        // The middle of an index's interval lies before the late frame: the one before is still shown.
        Assert.Equal(FrameSampler.FrameIndices(1497, 1509, 8).Select(static index => index >= 1500 ? index - 1 : index), Positions(frames, 8));
    }

    [Fact]
    public async Task Variable_rates_show_the_frame_whose_interval_holds_the_midpoint()
    {
        double[] times = [0, 0.5, 0.6, 2.0, 2.1, 4.0];
        _decoder.Add(_folder.Write("P01/P01_11.MP4", ""), new StreamInfo(null, 1.4, 4.5), times);

        var frames = await ReadAsync("epic", Clip(0.1, 4.1), 4, 8);

        // Midpoints of four segments between 0.1 s and the last frame: 0.59, 1.56, 2.54, 3.51.
        Assert.Equal([1, 2, 4, 4], Positions(frames, 4));
        Assert.Equal([0.5, 0.6, 2.1, 2.1], frames.Selections[4].Select(index => frames.Seconds[index]));
    }

    [Fact]
    public async Task A_clip_at_the_very_end_sees_the_last_frame()
    {
        _decoder.AddConstant(_folder.Write("P01/P01_11.MP4", ""), 30, 300);

        var frames = await ReadAsync("epic", Clip(9.98, 10.0), 4);

        Assert.Equal([299, 299, 299, 299], Positions(frames, 4));
        Assert.Single(frames.Frames);
    }

    [Theory]
    [InlineData(66)]
    [InlineData(65)]
    [InlineData(67)]
    public async Task A_trimmed_file_may_be_cut_a_frame_short_or_long(int framesInFile)
    {
        _decoder.AddConstant(_folder.Write("P01/P01_11_0.mp4", ""), 30, framesInFile);

        var frames = await ReadAsync("trimmed", Clip(14.20, 16.40), 8);

        Assert.Equal(FrameSampler.FrameIndices(426, 492, 8).Select(static index => index - 426), Positions(frames, 8));
        Assert.Equal(14.20 + (4 / 30.0), frames.Seconds[0], 9);
    }

    [Fact]
    public async Task Chunks_of_29_97_frames_a_second_begin_where_the_original_has_them()
    {
        const double Rate = 30_000 / 1001.0;
        foreach (var start in new[] { 0, 15 })
        {
            _decoder.AddConstant(_folder.Write($"P01/P01_11.MP4/{start}.MP4", ""), Rate, 450);
        }

        var frames = await ReadAsync("chunks", Clip(14, 16), 8);

        // Frames 420 to 479; chunk 15 begins at frame trunc(449.55) = 449, and frame f is its frame trunc(f − 449.55).
        var expected = FrameSampler.FrameIndices(420, 480, 8).Select(static frame => frame < 449 ? frame : (int)(frame - (15 * Rate)));
        Assert.Equal(expected, Positions(frames, 8));
        Assert.Equal(2, _decoder.Decodings.Count);
    }

    [Fact]
    public async Task A_file_whose_frames_end_before_its_headers_say_is_damaged()
    {
        _decoder.Add(_folder.Write("P01/P01_11.MP4", ""), new StreamInfo(30, 30, 100), Enumerable.Range(0, 1500).Select(static index => index / 30.0));

        var failure = await Assert.ThrowsAsync<FrameReadException>(() => ReadAsync("epic", Clip(49, 52), 8));

        Assert.Equal(FrameReadFailure.DecodeError, failure.Failure);
        Assert.Contains("its frames end at 49.967 s, and its headers say 100 s", failure.Message, StringComparison.Ordinal);
        Assert.Equal(FrameSampler.FrameIndices(1410, 1440, 8), Positions(await ReadAsync("epic", Clip(47, 48), 8), 8));
    }

    private Task<ClipFrames> ReadAsync(string layout, ClipReference clip, params int[] frameCounts) =>
        VideoLayouts.Open(_folder.FullName, layout, () => _decoder).ReadAsync(clip, Midpoint, frameCounts, CancellationToken.None);

    private static ClipReference Clip(double start, double stop) => new("P01_11_0", "P01", "P01_11", start, stop, 1, 2);

    private static IEnumerable<int> Positions(ClipFrames frames, int count) => frames.Selections[count]
        .Select(index => frames.Frames[index].Span[0] | (frames.Frames[index].Span[1] << 8));
}
