using LLaVAction.Video.Ffmpeg;

namespace LLaVAction.Video.Tests.Ffmpeg;

public sealed class FrameTimeLogTests
{
    [Theory]
    [InlineData("[showinfo@clip0 @ 0x5]", "n:   0 pts:1806805 pts_time:30.1134 pos: 76591940 fmt:yuv420p s:1920x1080")]
    [InlineData("[showinfo@clip0 @ 0x5]", "n:   0 pts:1806805 pts_time:30.113417 duration:   1001 duration_time:0.0166833 fmt:yuv420p s:1920x1080")]
    public void Times_are_read_from_old_and_new_versions(string prefix, string line)
    {
        var log = new FrameTimeLog();

        Assert.True(log.Take($"{prefix} [info] config in time_base: 1/60000, frame_rate: 60000/1001"));
        Assert.True(log.Take($"{prefix} [info] config out time_base: 0/0, frame_rate: 0/0"));
        Assert.True(log.Take($"{prefix} [info] {line}"));
        Assert.True(log.Take($"{prefix} [info] color_range:unknown color_space:unknown"));
        Assert.True(log.Take($"{prefix} [info] n:   1 pts:    -30 pts_time:-0.0005"));

        Assert.Equal([1806805 / 60000.0, -30 / 60000.0], log.Seconds);
    }

    [Fact]
    public void Information_is_taken_and_trouble_is_left()
    {
        var log = new FrameTimeLog();

        Assert.True(log.Take("[info] Stream mapping:"));
        Assert.False(log.Take("[h264 @ 0x1] [error] error while decoding MB 3 4"));
        Assert.Empty(log.Seconds);
    }
}
