using LLaVAction.Torch.Training;

namespace LLaVAction.Torch.Tests.Training;

/// <summary>The schedule's factors by its formula; transformers 5.12's <c>get_cosine_schedule_with_warmup(3, 10)</c> gives the same.</summary>
public sealed class LearningRateScheduleTests
{
    [Fact]
    public void The_learning_rate_rises_in_a_line_and_falls_along_half_a_cosine()
    {
        var schedule = new LearningRateSchedule(Steps: 10, WarmUpSteps: 3);
        double[] expected = [0, 1.0 / 3, 2.0 / 3, .. Enumerable.Range(0, 7).Select(static step => 0.5 * (1 + Math.Cos(Math.PI * step / 7))), 0];

        Assert.Equal(expected, Enumerable.Range(0, 11).Select(schedule.FactorAt), static (left, right) => Math.Abs(left - right) < 1e-12);
    }

    [Theory]
    [InlineData(100, 0.03, 3)]
    [InlineData(101, 0.03, 4)]
    [InlineData(100, 0.0, 0)]
    public void The_warm_up_is_a_share_of_the_steps_rounded_up(int steps, double share, int expected) =>
        Assert.Equal(expected, LearningRateSchedule.Of(steps, share).WarmUpSteps);

    [Fact]
    public void Without_a_warm_up_the_first_step_has_the_whole_rate() => Assert.Equal(1, new LearningRateSchedule(10, 0).FactorAt(0));
}
