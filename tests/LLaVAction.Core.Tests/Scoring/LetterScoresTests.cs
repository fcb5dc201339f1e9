using CsCheck;
using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class LetterScoresTests
{
    [Fact]
    public void Scores_come_back_in_the_questions_own_order()
    {
        // Rotation 1 of three options shows options 1, 2, 0 at letters A, B, C.
        var scores = LetterScores.Read([Math.Log(0.1), Math.Log(0.2), Math.Log(0.5)], Rotation.OptionOrder(3, 1));

        Assert.Equal(0, scores.PredictedIndex);
        Assert.Equal(0.8, scores.Mass, 12);
        Assert.Equal(new[] { 0.5 / 0.8, 0.1 / 0.8, 0.2 / 0.8 }, scores.LogProbabilities.Select(Math.Exp), (left, right) => Math.Abs(left - right) < 1e-12);
    }

    [Fact]
    public void Of_equal_scores_the_first_letter_shown_wins()
    {
        Assert.Equal(2, LetterScores.Read([-1, -1, -3], [2, 0, 1]).PredictedIndex);
        Assert.Equal(2, LetterPrior.Best([-1, -3, -1], [2, 0, 1]));
        Assert.Equal(1, LetterPrior.Best([-3, -1, -2], [0, 1, 2]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Score_that_is_no_number_is_refused(double value) =>
        Assert.Throws<NotFiniteNumberException>(() => LetterScores.Read([-1, value], [0, 1]));

    [Fact]
    public void Renormalised_scores_sum_to_one() => Gen.Select(Gen.Double[-50, 0].Array[5], Gen.Int[0, 4]).Sample(static (values, rotation) =>
    {
        var order = Rotation.OptionOrder(5, rotation);
        var scores = LetterScores.Read(values, order);
        var sum = scores.LogProbabilities.Sum(Math.Exp);
        var largest = Enumerable.Range(0, 5).MaxBy(letter => values[letter]);
        return Math.Abs(sum - 1) < 1e-9 && scores.PredictedIndex == order[largest];
    });

    [Fact]
    public void Every_option_stands_at_every_letter_once() => Assert.All(Enumerable.Range(2, 25), static options =>
    {
        var orders = Enumerable.Range(0, options).Select(rotation => Rotation.OptionOrder(options, rotation)).ToArray();
        Assert.Equal(Enumerable.Range(0, options), orders[0]);
        Assert.All(orders, order => Assert.Equal(Enumerable.Range(0, options), order.Order()));
        Assert.All(Enumerable.Range(0, options), letter => Assert.Equal(options, orders.Select(order => order[letter]).Distinct().Count()));
    });

    [Fact]
    public void Rotation_r_shows_option_j_plus_r_at_letter_j()
    {
        Assert.Equal([3, 4, 0, 1, 2], Rotation.OptionOrder(5, 3));
        Assert.Equal(["d", "e", "a", "b", "c"], Rotation.Show(["a", "b", "c", "d", "e"], Rotation.OptionOrder(5, 3)));
    }
}
