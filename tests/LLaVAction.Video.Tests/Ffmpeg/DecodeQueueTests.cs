using LLaVAction.Testing.Videos;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Ffmpeg;

public sealed class DecodeQueueTests(RenderedVideos videos) : IClassFixture<RenderedVideos>
{
    private static readonly PictureKind Small = new(4, 4, "h264 yuv420p");
    private readonly List<string[]> _processes = [];
    private readonly TaskCompletionSource _firstHasBegun = new();
    private readonly TaskCompletionSource _firstMayEnd = new();

    [Fact]
    public async Task Requests_that_wait_are_decoded_together_those_of_a_kind()
    {
        var queue = new DecodeQueue<FrameRequest>(1, 3, DecodeAsync);

        string[] names = ["a", "bb", "large", "ccc", "dd"];
        var first = await StartAsync(queue);
        var decoding = names.Select(name => queue.DecodeAsync(Request(name, name == "large" ? new(4096, 4096, "") : Small), CancellationToken.None)).ToArray();
        _firstMayEnd.SetResult();
        var decoded = await Task.WhenAll(decoding);
        await first;

        Assert.Equal(["first", "a bb ccc", "large", "dd"], _processes.Select(static names => string.Join(' ', names)));
        Assert.Equal(names.Select(static name => name.Length), decoded.Select(static frames => frames[0].Width));
    }

    [Fact]
    public async Task A_request_that_fails_costs_the_others_nothing()
    {
        var queue = new DecodeQueue<FrameRequest>(1, 4, DecodeAsync);

        var first = await StartAsync(queue);
        var good = queue.DecodeAsync(Request("good", Small), CancellationToken.None);
        var bad = queue.DecodeAsync(Request("bad", Small), CancellationToken.None);
        _firstMayEnd.SetResult();

        Assert.Single(await good);
        Assert.Contains("bad", (await Assert.ThrowsAsync<FrameReadException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.Single(await first);
        Assert.Equal(4, _processes.Count);
    }

    [Fact]
    public async Task Where_each_succeeds_alone_and_not_together_nothing_is_decoded_together_again()
    {
        var together = 0;
        var queue = new DecodeQueue<FrameRequest>(1, 2, (requests, token) =>
        {
            together += requests.Count > 1 ? 1 : 0;
            return requests.Count > 1 ? throw new FrameReadException(FrameReadFailure.DecodeError, "no") : DecodeAsync(requests, token);
        });

        var first = await StartAsync(queue);
        var decoding = Enumerable.Range(0, 6).Select(_ => queue.DecodeAsync(Request("x", Small), CancellationToken.None)).ToArray();
        _firstMayEnd.SetResult();
        await Task.WhenAll([first, .. decoding]);

        Assert.Equal(7, _processes.Count);
        Assert.Equal(1, together);
    }

    [Fact]
    public void Images_of_another_size_or_codec_go_with_no_others()
    {
        static ImageFile Image(string codec, byte height) => new(codec, new byte[] { 0xC0, height }, []);
        var request = new ImageRequest("a", [Image("mjpeg", 8), Image("mjpeg", 8)]);
        var mixed = new ImageRequest("b", [Image("mjpeg", 8), Image("mjpeg", 9)]);

        Assert.Equal(request.Kind, new ImageRequest("c", [Image("mjpeg", 8)]).Kind);
        Assert.NotEqual(request.Kind, new ImageRequest("c", [Image("mjpeg", 9)]).Kind);
        Assert.NotEqual(request.Kind, new ImageRequest("c", [Image("png", 8)]).Kind);
        Assert.NotEqual(request.Kind, mixed.Kind);
        Assert.NotEqual(mixed.Kind, new ImageRequest("c", [Image("mjpeg", 8), Image("mjpeg", 9)]).Kind);
    }

    [SkippableTheory]
    [InlineData(VideoLayouts.Chunks, 0)]
    [InlineData(VideoLayouts.Epic, 0)]
    [InlineData(VideoLayouts.Chunks, 3)]
    [InlineData(VideoLayouts.Frames, 0)]
    [InlineData(VideoLayouts.Frames, 1)]
    public async Task Clips_decoded_together_are_the_clips_decoded_alone(string layout, int squares)
    {
        var folder = layout switch { VideoLayouts.Chunks => videos.Chunks30, VideoLayouts.Frames => videos.Frames60, _ => videos.Epic30 };
        using var tools = FakeTools.Counting();
        var settings = FfmpegSettings.Default with { Processes = 1, Squares = squares == 0 ? null : new SquareViews(32, squares) };
        var clips = Enumerable.Range(0, 9).Select(i => TestClips.Clip(0.7 + (2.4 * i), 2.1 + (2.4 * i))).ToArray();

        var together = VideoLayouts.Open(folder, layout, () => new FfmpegDecoder(FfmpegTools.Find(tools.Folder), settings));
        var decoded = await Task.WhenAll(clips.Select(clip => together.ReadAsync(clip, 8)));

        Assert.InRange((await tools.ReadWrittenAsync("starts")).Split('\n').Length, 3, 6);
        var alone = VideoLayouts.Open(folder, layout, settings);
        foreach (var (clip, frames) in clips.Zip(decoded))
        {
            var expected = await alone.ReadAsync(clip, 8);
            Assert.Equal(expected.Seconds, frames.Seconds);
            Assert.Equal(expected.Frames.Select(static frame => frame.ToArray()), frames.Frames.Select(static frame => frame.ToArray()));
        }
    }

    // Keeps the only process busy until the test lets it end.
    private async Task<Task<IReadOnlyList<DecodedFrame>>> StartAsync(DecodeQueue<FrameRequest> queue)
    {
        var first = queue.DecodeAsync(Request("first", Small), CancellationToken.None);
        await _firstHasBegun.Task;
        return first;
    }

    private static FrameRequest Request(string name, PictureKind picture) =>
        new(name, new ProbedVideo(new StreamInfo(30, 30, 1), default, 0, 0, 0, picture), [new TimeWindow(0, 1)], 0);

    private async Task<IReadOnlyList<IReadOnlyList<DecodedFrame>>> DecodeAsync(IReadOnlyList<FrameRequest> requests, CancellationToken cancellationToken)
    {
        _processes.Add([.. requests.Select(static request => request.Path)]);
        if (requests[0].Path == "first")
        {
            _firstHasBegun.SetResult();
            await _firstMayEnd.Task;
        }

        return requests.Any(static request => request.Path == "bad")
            ? throw new FrameReadException(FrameReadFailure.DecodeError, "bad file")
            : [.. requests.Select(static request => (IReadOnlyList<DecodedFrame>)[new DecodedFrame(0, request.Path.Length, 1, [])])];
    }
}
