using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Epic;

public sealed class FrameRuleTests
{
    [Theory]
    [InlineData(0, 60, 1)]
    [InlineData(1.89, 60, 113)]
    [InlineData(69.82, 60, 4189)]
    [InlineData(98.48, 50, 4923)]
    [InlineData(156.92, 50, 7846)]
    [InlineData(145.58, 50, 7278)]
    public void Frames_follow_the_sum_of_doubles(double seconds, double rate, int frame) =>
        Assert.Equal(frame, FrameRule.StartFrame(seconds, rate));

    [Fact]
    public void Exact_decimals_and_the_nearest_double_of_the_whole_time_give_other_frames()
    {
        // 98.48 s is exactly frame 4924 at 50 fps; as a sum of doubles it falls just below.
        Assert.Equal(4924, (int)Math.Floor(98.48m * 50));
        Assert.Equal(4924, (int)Math.Floor(98.48 * 50));
        Assert.Equal(4923, FrameRule.StopFrame(98.48, 50));
    }

    [Theory]
    [InlineData("P01_11", 60)]
    [InlineData("P01_101", 50)]
    public void The_nominal_rate_follows_the_digits_of_the_video(string videoId, double rate) =>
        Assert.Equal(rate, FrameRule.NominalFramesPerSecond(videoId));
}
