using LLaVAction.Testing;
using LLaVAction.Testing.Videos;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>Encodings, containers and names that people have, each with frames that carry their numbers in their pixels.</summary>
public sealed class FilesAsPeopleHaveThemTests(RenderedVideos videos) : IClassFixture<RenderedVideos>
{
    [SkippableTheory]
    [InlineData("yuv420p10le")]
    [InlineData("yuv422p10le")]
    public async Task Samples_of_more_than_eight_bits_are_rounded(string pixels)
    {
        var folder = videos.Once(pixels, folder => VideoRenderer.Render(RenderedVideos.Mp4(folder), 120, options: ["-pix_fmt", pixels]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(1.00, 3.00), 8);

        Assert.Equal(TestClips.ReferenceFrames(1.00, 3.00, 30, 8), frames.Numbers(8));
        Assert.Equal(frames.Width * frames.Height * 3, frames.Frames[0].Length);
    }

    [SkippableTheory]
    [InlineData("P01_11.mov", "mov")]
    [InlineData("P01_11.mkv", "matroska")]
    [InlineData("P01_11.MKV", "matroska")]
    [InlineData("videos/train/P01/P01_11.MP4", "mp4")]
    [InlineData("P01/videos/P01_11.mp4", "mp4")]
    public async Task Other_containers_and_folders_are_read(string name, string format)
    {
        var folder = videos.Once("container-" + name.Replace('/', '-'), folder => VideoRenderer.Convert(
            RenderedVideos.Mp4(videos.Epic30), Path.Combine(folder, name), ["-t", "6", "-c", "copy", "-f", format]));
        var reader = VideoLayouts.Open(folder);

        var frames = await reader.ReadAsync(TestClips.Clip(1.00, 5.00), 8);

        Assert.Equal("epic", reader.Layout);
        Assert.Equal(TestClips.ReferenceFrames(1.00, 5.00, 30, 8), frames.Numbers(8));
    }

    [SkippableTheory]
    [InlineData("mpegts", "keyint=60")]
    [InlineData("mpegts", "keyint=60:open-gop=1:bframes=3")]
    [InlineData("mpegts", "keyint=60:intra-refresh=1")]
    [InlineData("mp4", "keyint=60:intra-refresh=1")]
    [InlineData("mp4", "keyint=60:open-gop=1:bframes=3")]
    public async Task Files_that_seeking_lands_in_the_middle_of_are_read_from_an_earlier_place(string format, string encoding)
    {
        var folder = videos.Once("seek-" + format + encoding, folder =>
        {
            var whole = RenderedVideos.Mp4(folder);
            VideoRenderer.Render(whole, 900, options: ["-x264-params", encoding]);
            VideoRenderer.Convert(whole, Path.Combine(folder, "P01", "P01_12." + (format == "mp4" ? "mp4" : "ts")), ["-c", "copy", "-f", format]);
        });
        var reader = VideoLayouts.Open(folder);

        foreach (var start in new[] { 0.0, 4.03, 10.5, 24.9 })
        {
            var frames = await reader.ReadAsync(TestClips.Clip(start, start + 2, "P01_12"), 8);

            Assert.Equal(TestClips.ReferenceFrames(start, start + 2, 30, 8), frames.Numbers(8));
        }
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Chunks_may_be_counted_instead(int first)
    {
        var folder = videos.Once("counted" + first, folder =>
        {
            for (var i = 0; i < 3; i++)
            {
                var to = Path.Combine(folder, "P01", "P01_11", $"{first + i}.mp4");
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(Path.Combine(videos.Chunks30, "P01", "P01_11.MP4", $"{15 * i}.MP4"), to);
            }
        });
        var reader = VideoLayouts.Open(folder);

        var frames = await reader.ReadAsync(TestClips.Clip(13.00, 33.00), 8);

        Assert.Equal("chunks", reader.Layout);
        Assert.Equal((await VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(13.00, 33.00), 8)).Numbers(8), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task Counted_chunks_are_as_long_as_the_first()
    {
        var folder = videos.Once("ten-seconds", folder =>
        {
            foreach (var i in new[] { 0, 1, 2, 3 })
            {
                VideoRenderer.Convert(
                    RenderedVideos.Mp4(videos.Epic30), Path.Combine(folder, "P01", "P01_11.MP4", i + ".mp4"), ["-t", "10", "-r", "30", "-crf", "18"], ["-ss", $"{10 * i}"]);
            }
        });

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(7, 23), 8);

        Assert.Equal(TestClips.ReferenceFrames(7, 23, 30, 8), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task JPEG_files_of_every_kind_are_read()
    {
        VideoRenderer.SkipWhereAbsent();
        var reader = VideoLayouts.Open(Path.Combine(Repository.Root, "tests", "Goldens", "images"));

        // Progressive with a white thumbnail in front; grey; CMYK; bytes after the end, among them a start; restart markers.
        var frames = await reader.ReadAsync(TestClips.Clip(0, 1) with { StartFrame = 1, StopFrame = 6 }, 5);

        Assert.Equal([1, 2, 3, 4, 5], frames.Numbers(5));
    }

    [SkippableTheory]
    [InlineData("frame_%d.jpg")]
    [InlineData("img_%05d.jpg")]
    [InlineData("frame_%010d.png")]
    [InlineData("%06d.jpeg")]
    public async Task Images_may_have_other_names(string pattern)
    {
        var folder = videos.Once(pattern.Replace('%', '_'), folder => VideoRenderer.Convert(
            RenderedVideos.Mp4(videos.Epic60), Path.Combine(folder, "rgb", "train", "P01", "P01_11", pattern), ["-frames:v", "130"]));
        var clip = TestClips.Clip(0.5, 2);
        var reader = VideoLayouts.Open(folder);

        var frames = await reader.ReadAsync(clip, 8);

        Assert.Equal("frames", reader.Layout);
        Assert.Equal(FrameSampler.FrameIndices(clip.StartFrame, clip.StopFrame, 8).Select(static number => number - 1), frames.Numbers(8));
    }

    [SkippableFact]
    public async Task Images_of_sixteen_bits_are_rounded_and_may_count_from_zero()
    {
        var folder = videos.Once("deep-images", folder => VideoRenderer.Convert(
            RenderedVideos.Mp4(videos.Epic60), Path.Combine(folder, "P01_11", "frame_%04d.png"), ["-frames:v", "130", "-pix_fmt", "rgb48be", "-start_number", "0"]));

        var frames = await VideoLayouts.Open(folder).ReadAsync(TestClips.Clip(0.5, 2), 8);

        Assert.Equal(FrameSampler.FrameIndices(30, 120, 8).Select(static number => number - 1), frames.Numbers(8));
    }

    [Fact]
    public void Archives_that_were_not_unpacked_are_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("P01/rgb_frames/P01_11.tar", "");

        var failure = Assert.Throws<InputException>(() => VideoIndex.Of(folder.FullName).Detect());

        Assert.Contains("holds archives such as rgb_frames/P01_11.tar and no videos or frames. Unpack each", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_files_for_one_video_are_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train/P01_11.MP4", "");
        folder.Write("small/P01_11.mp4", "");

        var failure = Assert.Throws<InputException>(() => VideoLayouts.Open(folder.FullName, VideoLayouts.Auto, static () => new ScriptedDecoder()));

        Assert.Contains("two files for P01_11: small/P01_11.mp4 and train/P01_11.MP4", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Less_than_three_quarters_of_a_clip_has_a_status_of_its_own()
    {
        var trimmed = videos.Once("one-frame", folder => VideoRenderer.Render(Path.Combine(folder, "P01", "P01_11_0.mp4"), 1));
        var reader = VideoLayouts.Open(trimmed);

        var failure = await Assert.ThrowsAsync<FrameReadException>(() => reader.ReadAsync(TestClips.Clip(0.40, 2.17), 4));

        Assert.Equal(FrameReadFailure.ShortVideo, failure.Failure);
        Assert.Contains("of the clip exists, and at least 75 % must", failure.Message, StringComparison.Ordinal);

        failure = await Assert.ThrowsAsync<FrameReadException>(() => VideoLayouts.Open(videos.Epic30).ReadAsync(TestClips.Clip(39, 42), 4));
        Assert.Equal(FrameReadFailure.ShortVideo, failure.Failure);
    }

    [SkippableTheory]
    [InlineData("30", 2.0, true)]
    [InlineData("60", 2.0, false)]
    [InlineData("120", 2.0, false)]
    public async Task A_folder_of_frames_at_another_rate_is_told_before_the_run(string rate, double seconds, bool isRefused)
    {
        var folder = videos.Once("rate" + rate, folder => VideoRenderer.Convert(
            RenderedVideos.Mp4(videos.Epic60), Path.Combine(folder, "P01_11", "frame_%010d.jpg"), ["-t", "4", "-r", rate]));
        var reader = VideoLayouts.Open(folder);
        ClipReference[] clips = [TestClips.Clip(0.5, seconds), TestClips.Clip(2.5, 3.95)];

        var survey = await reader.SurveyAsync(clips, new Dictionary<string, Epic.VideoInfo>(), CancellationToken.None);
        var published = new Dictionary<string, Epic.VideoInfo> { ["P01_11"] = new("P01_11", 4, 59.94, 1920, 1080) };
        var held = await reader.SurveyAsync(clips, published, CancellationToken.None);

        Assert.Equal(isRefused, survey.Errors.Count == 1);
        Assert.Equal(rate != "60", held.Errors.Count == 1);
        Assert.All(held.Errors, error => Assert.Contains($"about {rate} a second", error, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_is_missing_or_ends_early_is_told_before_the_run()
    {
        ClipReference[] clips = [TestClips.Clip(1, 2), TestClips.Clip(1, 2, "P01_99", "P01_99_0"), TestClips.Clip(3, 4, "P01_99", "P01_99_1")];
        var published = new Dictionary<string, Epic.VideoInfo> { ["P01_11"] = new("P01_11", 60, 59.94, 1920, 1080) };

        var whole = await VideoLayouts.Open(videos.Epic30).SurveyAsync(clips, published, CancellationToken.None);
        var chunks = await VideoLayouts.Open(videos.Chunks30).SurveyAsync(clips, published, CancellationToken.None);

        foreach (var survey in new[] { whole, chunks })
        {
            Assert.Equal("2 of 3 clips have no video: P01_99.", survey.MissingSentence);
            Assert.Single(survey.Warnings);
            Assert.Empty(survey.Errors);
        }
    }
}
