using LLaVAction.Runs;
using LLaVAction.Testing.Videos;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>The layouts over ffmpeg, on videos that carry their frame numbers in their pixels.</summary>
public sealed class FrameReaderTests(RenderedVideos videos) : IClassFixture<RenderedVideos>
{
    [SkippableTheory]
    [InlineData(0.00, 1.89)]
    [InlineData(1.56, 2.45)]
    [InlineData(14.20, 16.40)]
    [InlineData(10.00, 10.50)]
    [InlineData(0.05, 0.25)]
    [InlineData(2.00, 38.00)]
    [InlineData(39.50, 40.00)]
    public async Task Whole_videos_give_the_frames_of_the_original_evaluation(double start, double stop)
    {
        var reader = VideoLayouts.Open(videos.Epic30);

        var frames = await reader.ReadAsync(TestClips.Clip(start, stop), 4, 8, 16);

        Assert.Equal("epic", reader.Layout);
        foreach (var count in new[] { 4, 8, 16 })
        {
            var expected = TestClips.ReferenceFrames(start, Math.Min(stop, 1199 / 30.0), 30, count);
            Assert.Equal(expected, frames.Numbers(count));
            Assert.Equal(expected.Select(static index => index / 30.0), frames.Times(count), (left, right) => Math.Abs(left - right) < 1e-4);
        }
    }

    [SkippableFact]
    public async Task Videos_of_59_94_frames_a_second_are_read_by_their_own_clock()
    {
        const double Rate = 60_000 / 1001.0;

        // The CSV's nominal 60 would be wrong by a frame from 16.7 s on.
        var frames = await VideoLayouts.Open(videos.Epic5994).ReadAsync(TestClips.Clip(17.30, 19.10), 8);

        var expected = TestClips.ReferenceFrames(17.30, 19.10, Rate, 8);
        Assert.Equal(expected, frames.Numbers(8));
        Assert.Equal(expected.Select(static index => index / Rate), frames.Times(8), (left, right) => Math.Abs(left - right) < 1e-4);
    }

    [SkippableFact]
    public async Task Every_frame_is_there_once_and_in_order()
    {
        var frames = await VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(10.00, 10.50), 8, 16, 32);

        Assert.Equal(Enumerable.Range(300, 15), frames.Frames.Select(frame => FrameCode.Read(frame.Span, frames.Width, frames.Height)));
        Assert.Equal(frames.Seconds.Order().Distinct(), frames.Seconds);
        Assert.Equal((VideoRenderer.Width, VideoRenderer.Height), (frames.Width, frames.Height));
        Assert.All(frames.Frames, frame => Assert.Equal(frames.Width * frames.Height * 3, frame.Length));
    }

    [SkippableFact]
    public async Task Stride_takes_its_frames_from_the_long_clip()
    {
        var frames = await VideoLayouts.Open(videos.Epic30).ReadAsync(
            TestClips.Clip(3, 9), new FramePolicy(FramePolicyKind.Stride, 32), [8, 16], CancellationToken.None);

        var all = TestClips.ReferenceFrames(3, 9, 30, 32);
        Assert.Equal(all.Where(static (_, index) => index % 4 == 0), frames.Numbers(8));
        Assert.Equal(all.Where(static (_, index) => index % 2 == 0), frames.Numbers(16));
    }

    [SkippableTheory]
    [InlineData(0.00, 1.89)]
    [InlineData(14.20, 16.40)]
    [InlineData(13.00, 33.00)]
    [InlineData(29.97, 30.04)]
    [InlineData(38.00, 40.50)]
    public async Task Chunks_give_the_frames_of_the_whole_video(double start, double stop)
    {
        var reader = VideoLayouts.Open(videos.Chunks30);

        var frames = await reader.ReadAsync(TestClips.Clip(start, stop), 8, 16);

        Assert.Equal("chunks", reader.Layout);
        var whole = await VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(start, stop), 8, 16);
        Assert.Equal(whole.Numbers(8), frames.Numbers(8));
        Assert.Equal(whole.Numbers(16), frames.Numbers(16));
        Assert.Equal(whole.Times(16), frames.Times(16), (left, right) => Math.Abs(left - right) < 1e-4);
    }

    [SkippableTheory]
    [InlineData("P01_11_0", 14.20, 16.40)]
    [InlineData("P01_11_1", 1.56, 2.45)]
    public async Task Trimmed_clips_give_the_frames_of_the_whole_video(string id, double start, double stop)
    {
        var reader = VideoLayouts.Open(videos.Trimmed30);

        var frames = await reader.ReadAsync(TestClips.Clip(start, stop, id: id), 8, 16);

        Assert.Equal("trimmed", reader.Layout);
        var whole = await VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(start, stop), 8, 16);
        Assert.Equal(whole.Numbers(8), frames.Numbers(8));
        Assert.Equal(whole.Numbers(16), frames.Numbers(16));

        // A trimmed file begins at a frame, its clip up to half a frame away from it.
        Assert.Equal(whole.Times(16), frames.Times(16), (left, right) => Math.Abs(left - right) <= 0.5 / 30);
    }

    [SkippableTheory]
    [InlineData(0.00, 1.89)]
    [InlineData(20.05, 22.33)]
    public async Task Numbered_frames_are_those_between_the_frames_of_the_CSV(double start, double stop)
    {
        var reader = VideoLayouts.Open(videos.Frames60);
        var clip = TestClips.Clip(start, stop);

        var frames = await reader.ReadAsync(clip, 8);

        // The first file is frame 1 and shows number 0.
        Assert.Equal("frames", reader.Layout);
        var expected = FrameSampler.FrameIndices(clip.StartFrame, clip.StopFrame, 8);
        Assert.Equal(expected.Select(static number => number - 1), frames.Numbers(8));
        Assert.Equal(expected.Select(static number => (number - 1) / 60.0), frames.Times(8));
    }

    [SkippableTheory]
    [InlineData(3.00, 8.00)]
    [InlineData(14.20, 16.40)]
    [InlineData(0.33, 12.47)]
    public async Task Layouts_of_one_video_look_at_the_same_moments(double start, double stop)
    {
        // One video at 30 and at 60 frames a second: what is shown at a segment's midpoint, after clip ends are rounded to frames,
        // lies within half a frame period of it in each file.
        var folders = new (string Folder, double Rate)[] { (videos.Epic30, 30), (videos.Chunks30, 30), (videos.Epic60, 60), (videos.Epic5994, 60_000 / 1001.0) };
        foreach (var (folder, rate) in folders)
        {
            var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(start, stop), 8);

            var begin = FrameSampler.NearestFrame(start, rate) / rate;
            var end = FrameSampler.NearestFrame(stop, rate) / rate;
            var moments = FrameSampler.SegmentMidpoints(begin, end, 8);
            var middles = frames.Times(8).Select(seconds => seconds + (0.5 / rate));
            Assert.Equal(moments, middles, (left, right) => Math.Abs(left - right) <= (0.5 / rate) + 1e-4);
        }
    }

    [SkippableFact]
    public async Task A_clip_ends_no_later_than_its_video()
    {
        var frames = await VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(39.00, 40.30), 8);

        Assert.Equal(FrameSampler.FrameIndices(1170, 1199, 8), frames.Numbers(8));
    }

    [SkippableTheory]
    [InlineData("epic")]
    [InlineData("chunks")]
    public async Task A_clip_after_the_end_of_its_video_has_a_status_of_its_own(string layout)
    {
        var reader = VideoLayouts.Open(layout == "epic" ? videos.Epic30 : videos.Chunks30);

        var failure = await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(TestClips.Clip(41.00, 43.00), 8));

        Assert.Equal(FrameReadFailure.ShortVideo, failure.Failure);
        Assert.Contains("P01_11_0: the clip is from 41 s to 43 s, but its video ends at 40 s", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("epic")]
    [InlineData("chunks")]
    [InlineData("frames")]
    [InlineData("trimmed")]
    public async Task A_video_that_is_not_there_is_missing(string layout)
    {
        var reader = VideoLayouts.Open(videos.Epic30, layout);

        var failure = await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(TestClips.Clip(1, 2, "P01_99", "P01_99_0"), 8));

        Assert.Equal(FrameReadFailure.MissingVideo, failure.Failure);
        Assert.Contains("P01_99", failure.Message, StringComparison.Ordinal);
        Assert.Contains("looked for", failure.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("../P01_11")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("P01/P01_11")]
    [InlineData("P01\\P01_11")]
    [InlineData("a\0b")]
    [InlineData("C:video")]
    public async Task Ids_cannot_lead_out_of_the_folder(string id)
    {
        var clip = TestClips.Clip(1, 2);
        foreach (var layout in new[] { "epic", "chunks", "frames", "trimmed" })
        {
            var reader = VideoLayouts.Open(videos.Epic30, layout);

            await Assert.ThrowsAsync<InputException>(() => reader.ReadAsync(clip with { VideoId = id }, 8));
            await Assert.ThrowsAsync<InputException>(() => reader.ReadAsync(clip with { ParticipantId = id }, 8));
            await Assert.ThrowsAsync<InputException>(() => reader.ReadAsync(clip with { NarrationId = id }, 8));
        }
    }

    [SkippableFact]
    public async Task Only_the_participant_may_be_unknown_and_ids_may_begin_with_a_dash()
    {
        var clip = TestClips.Clip(1, 2) with { ParticipantId = "" };
        var reader = VideoLayouts.Open(videos.Epic30, "epic");

        Assert.NotEmpty((await reader.ReadAsync(clip, 8)).Frames);
        await Assert.ThrowsAsync<InputException>(() => reader.ReadAsync(clip with { VideoId = "" }, 8));
        await Assert.ThrowsAsync<InputException>(() => reader.ReadAsync(clip with { NarrationId = "" }, 8));
        Assert.Equal(FrameReadFailure.MissingVideo, (await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(clip with { VideoId = "-i" }, 8))).Failure);
    }

    [SkippableFact]
    public async Task A_whole_video_is_shown_once_a_second_or_from_its_first_frame_to_its_last()
    {
        var clip = TestClips.Clip(1, 2) with { StartSeconds = 0, StopSeconds = 0, StartFrame = 0, StopFrame = 0 };
        var reader = VideoLayouts.Open(videos.Epic30, "epic");
        async Task<IReadOnlyList<double>> SecondsAsync(FramePolicyKind kind, int count) => (await reader.ReadAsync(clip, new FramePolicy(kind), [count], default)).Seconds;

        var everySecond = await SecondsAsync(FramePolicyKind.OnePerSecond, 1000);
        var spread = await SecondsAsync(FramePolicyKind.Linspace, 3);

        Assert.Equal(Enumerable.Range(0, everySecond.Count).Select(second => (double)second), everySecond.Select(seconds => Math.Round(seconds, 6)));
        Assert.True(everySecond.Count > 3);
        Assert.Equal(0, spread[0]);
        Assert.InRange(spread[2], everySecond[^1], everySecond[^1] + 1);
        Assert.Equal(spread, await SecondsAsync(FramePolicyKind.OnePerSecond, 3));
        await Assert.ThrowsAsync<FrameReadException>(() => VideoLayouts.Open(videos.Epic30, "chunks").ReadAsync(clip, 8));
    }

    [SkippableTheory]
    [InlineData(2, 1)]
    [InlineData(-1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public async Task Times_of_no_clip_are_a_failure(double start, double stop)
    {
        var reader = VideoLayouts.Open(videos.Epic30);

        var failure = await Assert.ThrowsAsync<FrameReadException>(
            () => reader.ReadAsync(TestClips.Clip(1, 2) with { StartSeconds = start, StopSeconds = stop }, 8));

        Assert.Equal(FrameReadFailure.DecodeError, failure.Failure);
    }

    [SkippableFact]
    public async Task Many_clips_can_be_read_at_once()
    {
        var reader = VideoLayouts.Open(videos.Epic30);
        var starts = Enumerable.Range(0, 12).Select(static i => i * 3.1).ToArray();

        var clips = await Task.WhenAll(starts.Select(start => reader.ReadAsync(TestClips.Clip(start, start + 1.7), 8)));

        for (var i = 0; i < starts.Length; i++)
        {
            Assert.Equal(TestClips.ReferenceFrames(starts[i], starts[i] + 1.7, 30, 8), clips[i].Numbers(8));
        }
    }

    [SkippableFact]
    public async Task A_cancelled_read_ends_as_cancelled()
    {
        var reader = VideoLayouts.Open(videos.Epic30);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => reader.ReadAsync(TestClips.Clip(1, 2), TestClips.Midpoint, [8], cancelled.Token));
    }
}
