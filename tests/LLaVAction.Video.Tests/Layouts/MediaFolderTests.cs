using LLaVAction.Testing.Videos;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

/// <summary>Whole videos and pictures that rows of instruction data name.</summary>
public sealed class MediaFolderTests(RenderedVideos videos) : IClassFixture<RenderedVideos>
{
    [SkippableFact]
    public async Task A_whole_video_gives_a_frame_a_second_or_as_many_as_are_wanted_over_all_of_it()
    {
        var folder = MediaFolder.Open(videos.Epic5994);
        var path = folder.Find(["no/such.mp4", "P01/P01_11.MP4"])!;

        var bySecond = await folder.ReadVideoAsync(path, 64, CancellationToken.None);
        var spread = await folder.ReadVideoAsync(path, 3, CancellationToken.None);

        // 1,200 frames at 59.94 a second: 'range(0, 1200, round(59.94))', and 'linspace(0, 1199, 3, dtype=int)'.
        Assert.Equal(Enumerable.Range(0, 20).Select(static i => i * 60), bySecond.Frames.Numbers(20));
        Assert.Equal([0, 599, 1199], spread.Frames.Numbers(3));
        Assert.Equal(1200 / 59.94, bySecond.DurationSeconds, 0.01);
    }

    [SkippableFact]
    public async Task A_picture_is_one_frame()
    {
        var folder = MediaFolder.Open(videos.Frames60);
        var picture = await folder.ReadImageAsync(folder.Find(["P01_11/frame_0000000008.jpg"])!, CancellationToken.None);
        Assert.Equal([7], picture.Numbers(1));
    }

    [SkippableFact]
    public void Paths_never_lead_out_of_the_folder()
    {
        var inner = Path.Combine(videos.Epic30, "P01");
        Assert.NotNull(MediaFolder.Open(inner).Find(["P01_11.MP4"]));
        Assert.Null(MediaFolder.Open(inner).Find(["../P01/P01_11.MP4", Path.Combine(inner, "P01_11.MP4")]));
    }
}
