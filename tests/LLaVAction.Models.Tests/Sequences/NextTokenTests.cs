using LLaVAction.Models.Sequences;

namespace LLaVAction.Models.Tests.Sequences;

public sealed class NextTokenTests
{
    [Fact]
    public void Probabilities_are_shares_of_the_unmasked_vocabulary()
    {
        float[] logits = [1, 2, 3, 100];

        var masked = NextToken.LogProbabilities(logits, 3, [0, 1, 2]);

        var sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        Assert.Equal([Math.Exp(1) / sum, Math.Exp(2) / sum, Math.Exp(3) / sum], masked.Select(Math.Exp), (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Theory]
    [InlineData(1e4f)]
    [InlineData(-1e4f)]
    public void Large_logits_neither_overflow_nor_vanish(float shift)
        => Assert.Equal(Math.Log(0.5), NextToken.LogProbabilities([shift, shift], 2, [1])[0], 12);

    [Fact]
    public void The_largest_logit_wins_and_the_lowest_id_among_equals()
    {
        Assert.Equal(1, NextToken.Greedy([0f, 5f, 5f, 9f], 3, [], 1));
        Assert.Equal(3, NextToken.Greedy([0f, 5f, 5f, 9f], 4, [], 1));
    }

    [Fact]
    public void The_penalty_divides_positive_and_multiplies_negative_logits_once_per_token()
    {
        float[] logits = [4f, -1f, 2.5f];

        Assert.Equal(2, NextToken.Greedy(logits, 3, [0, 1, 0, 0], 2));
        Assert.Equal([2f, -2f, 2.5f], logits);
    }
}
