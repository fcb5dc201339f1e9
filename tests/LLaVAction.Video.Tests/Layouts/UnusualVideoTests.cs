using LLaVAction.Testing.Videos;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>Videos that are not as they should be, or not as most are.</summary>
public sealed class UnusualVideoTests(RenderedVideos videos) : IClassFixture<RenderedVideos>
{
    [SkippableFact]
    public async Task Frames_of_variable_length_are_taken_where_they_are_shown_at_the_midpoints()
    {
        // Frame n lasts 1, 2 or 3 ticks of 1/30 s in turn.
        var folder = videos.Once("variable", folder => VideoRenderer.Render(
            RenderedVideos.Mp4(folder),
            300,
            options: ["-vf", "settb=1/3000,setpts='100*(2*N-eq(mod(N,3),1)-eq(mod(N,3),2)*1)'", .. VideoRenderer.VariableRate, "-video_track_timescale", "3000"]));
        var starts = Enumerable.Range(0, 300).Select(static n => ((2 * n) - (n % 3 == 0 ? 0 : 1)) / 30.0).ToArray();

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(2.17, 9.43), 8, 16);

        foreach (var count in new[] { 8, 16 })
        {
            var expected = FrameSampler.SegmentMidpoints(2.17, 9.43, count)
                .Select(moment => Array.FindLastIndex(starts, start => start <= moment + 1e-9));
            Assert.Equal(expected, frames.Numbers(count));
            Assert.Equal(expected.Select(number => starts[number]), frames.Times(count), (left, right) => Math.Abs(left - right) < 1e-3);
        }
    }

    [SkippableFact]
    public async Task Where_frames_are_missing_the_one_before_is_shown_on()
    {
        // Frames 100 to 104 were lost; the others are at their times.
        var folder = videos.Once("gap", folder => VideoRenderer.Render(
            RenderedVideos.Mp4(folder), 600, options: ["-vf", "select='not(between(n,100,104))'", .. VideoRenderer.VariableRate]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(3.20, 3.60), 4, 8);

        var wanted = TestClips.ReferenceFrames(3.20, 3.60, 30, 8);
        Assert.Contains(102, wanted);
        Assert.Equal(wanted.Select(static number => number is >= 100 and <= 104 ? 99 : number), frames.Numbers(8));
        Assert.Equal(frames.Frames.Count, frames.Seconds.Distinct().Count());
    }

    [SkippableTheory]
    [InlineData("2.5")]
    [InlineData("-0.5")]
    public async Task Times_count_from_the_first_frame(string offset)
    {
        var folder = videos.Once("offset" + offset, folder => VideoRenderer.Render(
            RenderedVideos.Mp4(folder), 300, options: ["-output_ts_offset", offset, "-avoid_negative_ts", "disabled"]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(4.00, 6.00), 8);

        var shown = frames.Numbers(8);
        Assert.Equal(shown.Select(number => (number - (offset[0] == '-' ? 15 : 0)) / 30.0), frames.Times(8), (left, right) => Math.Abs(left - right) < 1e-3);
        Assert.Equal(TestClips.ReferenceFrames(4.00, 6.00, 30, 8).Select(number => number + (offset[0] == '-' ? 15 : 0)), shown);
    }

    [SkippableFact]
    public async Task Sound_that_starts_before_the_pictures_does_not_shift_them()
    {
        var folder = videos.Once("late-pictures", folder =>
        {
            var silent = Path.Combine(folder, "silent.mov");
            VideoRenderer.Render(silent, 300);
            RenderedVideos.AddSilence(silent, RenderedVideos.Mp4(folder), "10", "1.5");
        });

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(4.00, 6.00), 8);

        Assert.Equal(TestClips.ReferenceFrames(4.00, 6.00, 30, 8), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task A_cut_without_encoding_starts_at_its_first_shown_frame()
    {
        // The file holds frames before the cut that are decoded and not shown.
        var folder = videos.Once("copied", folder => VideoRenderer.Convert(
            RenderedVideos.Mp4(videos.Epic30), RenderedVideos.Mp4(folder), ["-c", "copy"], ["-ss", "5.5"]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(2.00, 4.00), 8);

        var first = frames.Numbers(8)[0] - TestClips.ReferenceFrames(2.00, 4.00, 30, 8)[0];
        Assert.InRange(first, 165, 166);
        Assert.Equal(TestClips.ReferenceFrames(2.00, 4.00, 30, 8).Select(number => number + first), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task Pictures_are_turned_as_they_are_to_be_shown()
    {
        var folder = videos.Once("turned", folder =>
        {
            VideoRenderer.Render(RenderedVideos.Mp4(folder), 60);
            RenderedVideos.TurnByAQuarter(RenderedVideos.Mp4(folder));
        });

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(0.50, 1.50), 4);

        Assert.Equal((VideoRenderer.Height, VideoRenderer.Width), (frames.Width, frames.Height));
    }

    [SkippableFact]
    public async Task Odd_sizes_are_read_as_they_are()
    {
        var folder = videos.Once("odd", folder => VideoRenderer.Render(
            RenderedVideos.Mp4(folder), 60, options: ["-pix_fmt", "yuv444p"], width: 161, height: 97));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(0.50, 1.50), 4);

        Assert.Equal((161, 97), (frames.Width, frames.Height));
        Assert.Equal(TestClips.ReferenceFrames(0.50, 1.50, 30, 4), frames.Numbers(4));
    }

    [SkippableFact]
    public async Task A_single_key_frame_at_the_start_is_enough()
    {
        var folder = videos.Once("one-key", folder => VideoRenderer.Render(RenderedVideos.Mp4(folder), 600, options: ["-g", "9999", "-bf", "3"]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(17.00, 19.50), 8);

        Assert.Equal(TestClips.ReferenceFrames(17.00, 19.50, 30, 8), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task A_file_that_is_no_video_is_a_decode_error()
    {
        var folder = videos.Once("no-video", folder =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "P01"));
            File.WriteAllBytes(RenderedVideos.Mp4(folder), [.. Enumerable.Range(0, 5000).Select(static i => (byte)(i * 7))]);
        });

        await FailsToDecode(VideoLayouts.Open(folder), TestClips.Clip(1, 2), "P01_11.MP4");
    }

    [SkippableFact]
    public async Task An_empty_file_is_a_decode_error()
    {
        var folder = videos.Once("empty", folder =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "P01"));
            File.WriteAllBytes(RenderedVideos.Mp4(folder), []);
        });

        await FailsToDecode(VideoLayouts.Open(folder), TestClips.Clip(1, 2), "P01_11.MP4");
    }

    [SkippableFact]
    public async Task A_play_list_that_calls_itself_a_video_is_not_followed()
    {
        var folder = videos.Once("play-list", folder =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "P01"));
            File.WriteAllText(RenderedVideos.Mp4(folder), $"ffconcat version 1.0\nfile '{RenderedVideos.Mp4(videos.Epic30)}'\n");
        });

        await FailsToDecode(VideoLayouts.Open(folder), TestClips.Clip(1, 2), "P01_11.MP4");
    }

    [SkippableFact]
    public async Task A_file_cut_short_is_read_as_far_as_it_goes_and_no_further()
    {
        // The index stands in front, so that the file opens.
        var folder = videos.Once("cut-short", folder =>
        {
            VideoRenderer.Render(RenderedVideos.Mp4(folder), 900, options: ["-movflags", "+faststart", "-g", "30"]);
            var whole = File.ReadAllBytes(RenderedVideos.Mp4(folder));
            File.WriteAllBytes(RenderedVideos.Mp4(folder), whole[..(whole.Length / 2)]);
        });
        var reader = VideoLayouts.Open(folder);

        var frames = await reader.ReadAsync(TestClips.Clip(1.00, 3.00), 8);

        Assert.Equal(TestClips.ReferenceFrames(1.00, 3.00, 30, 8), frames.Numbers(8));
        await FailsToDecode(reader, TestClips.Clip(25.00, 27.00), "P01_11.MP4");
        await FailsToDecode(reader, TestClips.Clip(1.00, 29.00), "P01_11.MP4");
    }

    [SkippableFact]
    public async Task Damaged_pictures_are_not_passed_on()
    {
        // Zeros over the coded pictures of the middle of the file.
        var folder = videos.Once("damaged", folder =>
        {
            VideoRenderer.Render(RenderedVideos.Mp4(folder), 900, options: ["-movflags", "+faststart", "-g", "300"]);
            using var file = File.OpenWrite(RenderedVideos.Mp4(folder));
            file.Position = file.Length / 2;
            file.Write(new byte[file.Length / 10]);
        });
        var reader = VideoLayouts.Open(folder);

        await FailsToDecode(reader, TestClips.Clip(14.00, 19.50), "P01_11.MP4");

        var frames = await reader.ReadAsync(TestClips.Clip(1.00, 3.00), 8);
        Assert.Equal(TestClips.ReferenceFrames(1.00, 3.00, 30, 8), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task A_missing_last_chunk_ends_the_video_and_a_missing_one_between_is_missing()
    {
        var last = videos.Once("no-last-chunk", folder => CopyChunks(folder, "0", "15"));
        var between = videos.Once("no-middle-chunk", folder => CopyChunks(folder, "0", "30"));

        var frames = await VideoLayouts.Open(last).ReadAsync(TestClips.Clip(28.00, 30.50), 8);
        var failure = await Assert.ThrowsAsync<FrameReadException>(() => VideoLayouts.Open(between).ReadAsync(TestClips.Clip(14.00, 16.00), 8));

        Assert.Equal(FrameSampler.FrameIndices(840, 899, 8), frames.Numbers(8));
        Assert.Equal(FrameReadFailure.MissingVideo, failure.Failure);
        Assert.Contains("15.MP4", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Chunks_of_unequal_size_are_a_decode_error()
    {
        var folder = videos.Once("unequal-chunks", folder =>
        {
            CopyChunks(folder, "0");
            VideoRenderer.Render(Path.Combine(folder, "P01", "P01_11.MP4", "15.MP4"), 450, width: 128, height: 64);
        });

        await FailsToDecode(VideoLayouts.Open(folder), TestClips.Clip(14.00, 16.00), "160x96 and 128x64");
    }

    [SkippableFact]
    public async Task A_chunk_cut_short_between_others_is_a_decode_error()
    {
        var folder = videos.Once("short-chunk", folder =>
        {
            CopyChunks(folder, "15", "30");
            VideoRenderer.Render(Path.Combine(folder, "P01", "P01_11.MP4", "0.MP4"), 300);
        });

        await FailsToDecode(VideoLayouts.Open(folder), TestClips.Clip(9.00, 16.00), "lasts 10 s; every chunk but the last must last 15 s");
    }

    [SkippableFact]
    public async Task Damaged_and_missing_images_are_a_decode_error()
    {
        var folder = videos.Once("images", folder =>
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(videos.Frames60, "P01_11")).Order(StringComparer.Ordinal).Take(200))
            {
                var to = Path.Combine(folder, "P01", "rgb_frames", "P01_11", Path.GetFileName(file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            var images = Path.Combine(folder, "P01", "rgb_frames", "P01_11");
            File.Delete(Path.Combine(images, "frame_0000000011.jpg"));
            var damaged = Path.Combine(images, "frame_0000000101.jpg");
            var whole = File.ReadAllBytes(damaged);
            File.WriteAllBytes(damaged, whole[..(whole.Length / 2)]);
        });
        var reader = VideoLayouts.Open(folder);
        var clip = TestClips.Clip(0, 1);

        var intact = await reader.ReadAsync(clip with { StartFrame = 120, StopFrame = 136 }, 8);
        var clamped = await reader.ReadAsync(clip with { StartFrame = 190, StopFrame = 203 }, 4);

        Assert.Equal(FrameSampler.FrameIndices(120, 136, 8).Select(static number => number - 1), intact.Numbers(8));
        Assert.Equal(FrameSampler.FrameIndices(190, 200, 4).Select(static number => number - 1), clamped.Numbers(4));
        await FailsToDecode(reader, clip with { StartFrame = 100, StopFrame = 102 }, "frame_0000000101.jpg");
        await FailsToDecode(reader, clip with { StartFrame = 10, StopFrame = 12 }, "frame_0000000011.jpg is not there");
        var past = await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(clip with { StartFrame = 300, StopFrame = 320 }, 8));
        Assert.Equal(FrameReadFailure.ShortVideo, past.Failure);
    }

    private void CopyChunks(string folder, params string[] starts)
    {
        var to = Directory.CreateDirectory(Path.Combine(folder, "P01", "P01_11.MP4")).FullName;
        foreach (var start in starts)
        {
            File.Copy(Path.Combine(videos.Chunks30, "P01", "P01_11.MP4", start + ".MP4"), Path.Combine(to, start + ".MP4"));
        }
    }

    private static async Task FailsToDecode(IFrameReader reader, ClipReference clip, string said)
    {
        var failure = await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(clip, 8));

        Assert.Equal(FrameReadFailure.DecodeError, failure.Failure);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
