using LLaVAction.Testing.Videos;
using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Video.Tests.Ffmpeg;

public sealed class FfmpegToolsTests
{
    [Fact]
    public void Missing_tools_are_told_with_how_to_install_them()
    {
        var failure = Assert.Throws<InputException>(() => FfmpegTools.Find("/nowhere"));

        Assert.Contains("ffmpeg is not on the PATH", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Install it:", failure.Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => FfmpegTools.Find(null));
    }

    [SkippableTheory]
    [InlineData("echo '-vsync  set video sync method'", "-vsync")]
    [InlineData("echo '-vsync  deprecated, use -fps_mode'; echo '-fps_mode  set framerate mode'", "-fps_mode")]
    public async Task The_option_against_dropped_frames_is_one_that_the_program_knows(string help, string option)
    {
        using var tools = new FakeTools("exit 1", help);

        Assert.Equal(option, await FfmpegTools.Find(tools.Folder).PassthroughOptionAsync());
    }
}
