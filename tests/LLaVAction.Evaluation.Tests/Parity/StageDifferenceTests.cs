using LLaVAction.Evaluation.Parity;

namespace LLaVAction.Evaluation.Tests.Parity;

public sealed class StageDifferenceTests
{
    [Fact]
    public void Equal_tensors_do_not_differ()
    {
        var difference = StageDifference.Between([2, 2], [1, 0, 3, 0], [1, 0, 3, 0]);

        Assert.Equal((0, 0, 0), (difference.Relative, difference.WorstChannel, difference.LargestAbsolute));
    }

    [Fact]
    public void An_error_beside_a_channel_of_large_values_shows_in_its_own_channel()
    {
        // Channel 1 is a thousand times as large; channel 2 is off by half.
        float[] expected = [1, 1000, 1, 1, 1000, 1];
        float[] actual = [1, 1000, 1.5f, 1, 1000, 1.5f];

        var difference = StageDifference.Between([2, 3], expected, actual);

        Assert.InRange(difference.Relative, 4e-4, 6e-4);
        Assert.Equal(0.5, difference.WorstChannel, 6);
        Assert.Equal(2, difference.Channel);
        Assert.Equal("[0, 2]", difference.Place);
        Assert.Equal(0.5, difference.LargestAbsolute, 6);
    }

    [Fact]
    public void A_channel_of_nothing_is_measured_against_the_others()
    {
        var difference = StageDifference.Between([1, 3], [1, 0, 1], [1, 0.01f, 1]);

        Assert.Equal(0.1, difference.WorstChannel, 6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_a_number_is_never_within_a_tolerance(float value)
    {
        var difference = StageDifference.Between([2, 2], [1, 2, 3, 4], [1, 2, 3, value]);

        Assert.False(difference.Relative <= 1);
        Assert.False(difference.WorstChannel <= 1);
        Assert.Equal("[1, 1]", difference.Place);
    }
}
