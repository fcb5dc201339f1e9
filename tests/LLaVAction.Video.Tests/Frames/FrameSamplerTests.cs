using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Frames;

public sealed class FrameSamplerTests
{
    [Theory]
    [InlineData(0, 57, new[] { 3, 10, 17, 24, 32, 39, 46, 53 })]
    [InlineData(47, 74, new[] { 48, 52, 55, 58, 62, 65, 68, 72 })]
    [InlineData(1474, 1528, new[] { 1477, 1484, 1490, 1497, 1504, 1511, 1517, 1524 })]
    [InlineData(300, 315, new[] { 300, 301, 302, 303, 304, 305, 306, 307, 307, 308, 309, 310, 311, 312, 313, 314 })]
    [InlineData(7, 7, new[] { 7, 7, 7, 7 })]
    public void Indices_are_those_of_the_original_evaluation(int start, int end, int[] expected) =>
        Assert.Equal(expected, FrameSampler.FrameIndices(start, end, expected.Length));

    [Fact]
    public void Whole_videos_are_sampled_with_both_ends() =>
        Assert.Equal([0, 14, 28, 42], FrameSampler.UniformIndices(900, 64)[..4]);

    [Fact]
    public void One_frame_of_a_whole_video_is_its_first() => Assert.Equal([0], FrameSampler.UniformIndices(900, 1));

    [Theory]
    [InlineData(0.05, 30, 2)]
    [InlineData(0.15, 30, 4)]
    [InlineData(0.25, 30, 8)]
    [InlineData(50.66, 30, 1520)]
    [InlineData(1, 60000 / 1001.0, 60)]
    public void Halves_round_to_even(double seconds, double rate, int expected) =>
        Assert.Equal(expected, FrameSampler.NearestFrame(seconds, rate));

    [Theory]
    [InlineData(2.675, 2.67)]
    [InlineData(0.125, 0.12)]
    [InlineData(0.375, 0.38)]
    [InlineData(1.005, 1.0)]
    [InlineData(1.015, 1.01)]
    [InlineData(1.025, 1.02)]
    [InlineData(8.575, 8.57)]
    [InlineData(146.98, 146.98)]
    public void Times_round_to_hundredths_as_in_Python(double seconds, double expected) =>
        Assert.Equal(expected, FrameSampler.RoundToHundredths(seconds));

    [Fact]
    public void Midpoints_lie_inside_and_ascend() => Prop.ForAll<NonNegativeInt, NonNegativeInt, PositiveInt>(
        (origin, length, count) =>
        {
            var start = origin.Get / 7.0;
            var stop = start + (length.Get / 3.0);
            var midpoints = FrameSampler.SegmentMidpoints(start, stop, count.Get);
            return midpoints.Length == count.Get
                && midpoints.SequenceEqual(midpoints.Order())
                && midpoints[0] >= start - 1e-9
                && midpoints[^1] <= stop + 1e-9;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_clip_that_ends_before_it_begins_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => FrameSampler.FrameIndices(5, 4, 8));

    /// <summary>numpy.linspace(0, 899, 64, dtype=int) begins and ends so: LLaVA-Video's 64 frames of 900.</summary>
    [Fact]
    public void Linspace_has_the_first_and_the_last_frame()
    {
        var plan = FramePlan.ForFrames(100, 1000, new FramePolicy(FramePolicyKind.Linspace), [64]);

        Assert.Equal([100, 114, 128, 142], plan.Moments.Take(4));
        Assert.Equal([970, 984, 999], plan.Moments.TakeLast(3));
        Assert.Equal([10, 11, 12], FramePlan.ForTimes(10, 12, new FramePolicy(FramePolicyKind.Linspace), [3]).Moments);
        Assert.Equal([10], FramePlan.ForTimes(10, 12, new FramePolicy(FramePolicyKind.Linspace), [1]).Moments);
        Assert.Equal([5], FramePlan.ForFrames(5, 5, new FramePolicy(FramePolicyKind.Linspace), [4]).Moments);
    }

    [Theory]
    [InlineData(900, 29.97, 64, 30, 870)]
    [InlineData(901, 29.97, 64, 31, 900)]
    [InlineData(10, 0.4, 64, 10, 9)]
    [InlineData(3000, 25, 64, 64, 2999)]
    [InlineData(25, 2.5, 64, 13, 24)]
    public void One_frame_a_second_is_every_nth_by_the_rounded_rate(int frames, double rate, int most, int count, int last)
    {
        var indices = FrameSampler.OnePerSecond(frames, rate, most);

        Assert.Equal((0, last, count), (indices[0], indices[^1], indices.Length));
    }
}
