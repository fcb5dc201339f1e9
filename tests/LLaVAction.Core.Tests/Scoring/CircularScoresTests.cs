using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class CircularScoresTests
{
    [Fact]
    public void Scores_of_three_questions_are_counted()
    {
        var scores = CircularScores.Of(
        [
            [new(1, true), new(1, true)],
            [new(0, false), new(0, false)],
            [new(2, true), new(null, false)],
        ])!;

        Assert.Equal((3, 2), (scores.Questions, scores.Rotations));
        Assert.Equal(0.5, scores.MeanAccuracy);
        Assert.Equal(1.0 / 3, scores.CircularAccuracy);
        Assert.Equal(2.0 / 3, scores.Consistency);
        Assert.Equal((1.0 / 3, 2.0 / 3), (scores.WorstAccuracy, scores.BestAccuracy));
        Assert.Equal([2.0 / 3, 1.0 / 3], scores.AccuracyByRotation);
    }

    [Fact]
    public void Unread_answers_are_not_consistent() =>
        Assert.Equal(0, CircularScores.Of([[new(null, false), new(null, false)]])!.Consistency);

    [Fact]
    public void No_question_has_no_scores() => Assert.Null(CircularScores.Of([]));
}
