using LLaVAction.Testing;
using LLaVAction.Video.Layouts;

namespace LLaVAction.Video.Tests.Layouts;

public sealed class VideoIndexTests
{
    [Theory]
    [InlineData("epic", "P01/P01_11.MP4")]
    [InlineData("epic", "P01/P01_101.mp4")]
    [InlineData("epic", "P01/videos/P01_11.MP4")]
    [InlineData("epic", "P01_11.MP4")]
    [InlineData("chunks", "P01/P01_01.MP4/0.MP4")]
    [InlineData("chunks", "P01_01.MP4/0.MP4")]
    [InlineData("frames", "P01_11/frame_0000000001.jpg")]
    [InlineData("frames", "P01/P01_11/frame_0000000001.jpg")]
    [InlineData("frames", "P01/rgb_frames/P01_11/frame_0000000001.jpg")]
    [InlineData("trimmed", "P01/P01_11_0.mp4")]
    [InlineData("trimmed", "P01/P01_101_27.MP4")]
    public void The_layout_is_told_from_one_file(string layout, string file)
    {
        using var folder = new TemporaryFolder();
        folder.Write("licence.txt", "");
        folder.Write("P01/readme.txt", "");
        folder.Write(file, "");

        Assert.Equal(layout, VideoIndex.Of(folder.FullName).Detect());
    }

    [Fact]
    public void A_folder_without_videos_is_refused_with_what_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        folder.Write("P01/notes.txt", "");

        var failure = Assert.Throws<InputException>(() => VideoIndex.Of(folder.FullName).Detect());

        Assert.Contains(folder.FullName, failure.Message, StringComparison.Ordinal);
        foreach (var layout in VideoLayouts.All.Skip(1))
        {
            Assert.Contains($"({layout})", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_layouts_in_one_folder_are_refused_with_an_example_of_each()
    {
        using var folder = new TemporaryFolder();
        folder.Write("P01/P01_11.MP4", "");
        folder.Write("P02/P02_11_0.mp4", "");

        var failure = Assert.Throws<InputException>(() => VideoIndex.Of(folder.FullName).Detect());

        Assert.Contains("epic (P01/P01_11.MP4), trimmed (P02/P02_11_0.mp4)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_and_an_unknown_layout_are_refused()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("does not exist", Assert.Throws<InputException>(
            () => VideoLayouts.Open(folder["nowhere"], VideoLayouts.Auto, static () => new ScriptedDecoder())).Message, StringComparison.Ordinal);
        Assert.Contains("Expected one of: auto, epic, chunks, frames, trimmed", Assert.Throws<InputException>(
            () => VideoLayouts.Open(folder.FullName, "dvd", static () => new ScriptedDecoder())).Message, StringComparison.Ordinal);
    }
}
