using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Tests.Frames;

public sealed class FramePlanTests
{
    private static readonly FramePolicy Midpoint = new(FramePolicyKind.Midpoint);

    [Fact]
    public void Every_count_sees_its_own_midpoints_and_shared_frames_are_needed_once()
    {
        var plan = FramePlan.ForFrames(300, 315, Midpoint, [4, 16]);

        Assert.Equal(FrameSampler.FrameIndices(300, 315, 4), Frames(plan, 4));
        Assert.Equal(FrameSampler.FrameIndices(300, 315, 16), Frames(plan, 16));
        Assert.Equal(Enumerable.Range(300, 15), plan.Moments);
    }

    [Fact]
    public void Stride_keeps_every_nth_of_the_long_clip()
    {
        var plan = FramePlan.ForFrames(0, 320, new FramePolicy(FramePolicyKind.Stride, 32), [8, 16, 32]);

        var all = FrameSampler.FrameIndices(0, 320, 32);
        Assert.Equal(all, Frames(plan, 32));
        Assert.Equal(all.Where((_, index) => index % 2 == 0), Frames(plan, 16));
        Assert.Equal(all.Where((_, index) => index % 4 == 0), Frames(plan, 8));
        Assert.Equal(32, plan.Moments.Count);
    }

    [Fact]
    public void Moments_that_become_one_frame_are_merged()
    {
        var plan = FramePlan.ForTimes(0, 1, Midpoint, [4]).Select(static seconds => seconds < 0.5 ? 10L : 20L);

        Assert.Equal([10L, 20L], plan.Moments);
        Assert.Equal([0, 0, 1, 1], plan.Selections[4]);
    }

    [Fact]
    public void A_clip_of_one_frame_repeats_it()
    {
        var plan = FramePlan.ForFrames(7, 7, Midpoint, [8]);

        Assert.Equal([7], plan.Moments);
        Assert.Equal(new int[8], plan.Selections[8]);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(64)]
    public void Stride_refuses_counts_that_do_not_divide_its_length(int count)
    {
        var failure = Assert.Throws<InputException>(
            () => FramePlan.Validate(new FramePolicy(FramePolicyKind.Stride, 32), [count]));

        Assert.Contains($"Frame count {count} does not divide the clip length 32", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_count_and_a_count_of_none_are_refused()
    {
        Assert.Throws<InputException>(() => FramePlan.Validate(Midpoint, []));
        Assert.Throws<InputException>(() => FramePlan.Validate(Midpoint, [8, 0]));
    }

    private static IEnumerable<int> Frames(FramePlan<int> plan, int count) =>
        plan.Selections[count].Select(index => plan.Moments[index]);
}
