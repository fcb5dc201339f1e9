using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class TemporalAnswerTests
{
    [Theory]
    [InlineData("2.3, 3.3", 2.3, 3.3)]
    [InlineData("2, 2", 2, 2)]
    [InlineData("2.30: 3.30", 2.3, 3.3)]
    [InlineData("0, 5", 0, 5)]
    [InlineData("The action goes from 1.5 to 2.75 seconds.", 1.5, 2.75)]
    [InlineData("start_timestamp: 1.0, end_timestamp: 2.5", 1, 2.5)]
    [InlineData("It starts at 1.2 s and ends at 3 s", 1.2, 3)]
    [InlineData("**0.5 - 0.9**", 0.5, 0.9)]
    [InlineData("<think>maybe 7, 8</think> 1, 2", 1, 2)]
    public void Two_times_are_an_interval(string answer, double start, double end) =>
        Assert.Equal(new TimeInterval(start, end), TemporalAnswer.Read(answer));

    [Theory]
    [InlineData("")]
    [InlineData("I cannot tell.")]
    [InlineData("3")]
    [InlineData("3.3, 2.3")]
    [InlineData("1 2 3")]
    public void Anything_else_is_none(string answer) => Assert.Null(TemporalAnswer.Read(answer));

    [Theory]
    [InlineData(0, 2, 1, 3, 1.0 / 3)]
    [InlineData(0, 1, 2, 3, 0)]
    [InlineData(1, 4, 1, 4, 1)]
    [InlineData(0, 10, 4, 6, 0.2)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 1, 0, 2, 0)]
    [InlineData(1, 1, 2, 2, 0)]
    public void Overlap_is_intersection_over_union_either_way(double start, double end, double otherStart, double otherEnd, double expected)
    {
        Assert.Equal(expected, new TimeInterval(start, end).OverlapWith(new TimeInterval(otherStart, otherEnd)), 12);
        Assert.Equal(expected, new TimeInterval(otherStart, otherEnd).OverlapWith(new TimeInterval(start, end)), 12);
    }

    [Fact]
    public void An_answer_that_cannot_be_read_counts_in_the_overlap_and_in_no_error()
    {
        var scores = TemporalScores.Of([(new TimeInterval(0, 2), new TimeInterval(0.5, 2.25)), (new TimeInterval(1, 2), null)]);

        Assert.Equal((2, 1), (scores.Questions, scores.Unparsed));
        Assert.Equal(1.5 / 2.25 / 2, scores.MeanOverlap!.Value, 12);
        Assert.Equal(0.5, scores.OverlapAtHalf);
        Assert.Equal((0.5, 0.25), (scores.MeanStartError, scores.MeanEndError));
    }

    [Fact]
    public void An_overlap_of_exactly_half_counts_and_errors_are_means_of_distances()
    {
        // Overlaps 1/2, 1/4 and 1; starts off by 1, 3 and 0, ends by 0, 0 and 0.
        var scores = TemporalScores.Of([(new(0, 2), new TimeInterval(1, 2)), (new(0, 4), new TimeInterval(3, 4)), (new(5, 6), new TimeInterval(5, 6))]);

        Assert.Equal(1.75 / 3, scores.MeanOverlap!.Value, 12);
        Assert.Equal(2.0 / 3, scores.OverlapAtHalf!.Value, 12);
        Assert.Equal((4.0 / 3, 0), (scores.MeanStartError, scores.MeanEndError));
    }

    [Fact]
    public void Nothing_asked_has_no_scores() => Assert.Equal(new TemporalScores(0, 0, null, null, null, null), TemporalScores.Of([]));
}
