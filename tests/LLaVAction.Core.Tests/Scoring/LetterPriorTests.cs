using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class LetterPriorTests
{
    [Fact]
    public void Preference_seen_without_video_is_taken_out()
    {
        // With the video 0.6 : 0.4, without it 0.9 : 0.1; corrected 0.6/0.9 : 0.4/0.1 = 1 : 6.
        var corrected = LetterPrior.Correct([Math.Log(0.6), Math.Log(0.4)], [Math.Log(0.9), Math.Log(0.1)]);

        Assert.Equal(1.0 / 7, Math.Exp(corrected[0]), 12);
        Assert.Equal(6.0 / 7, Math.Exp(corrected[1]), 12);
    }

    [Fact]
    public void Even_prior_changes_nothing()
    {
        double[] scores = [Math.Log(0.7), Math.Log(0.3)];

        Assert.Equal(scores, LetterPrior.Correct(scores, [Math.Log(0.5), Math.Log(0.5)]), (left, right) => Math.Abs(left - right) < 1e-12);
    }

    [Fact]
    public void Mean_prior_is_by_letter_not_by_option()
    {
        // Both questions give letter A 0.8, though it shows option 0 once and option 1 once.
        var prior = LetterPrior.MeanByLetter(
        [
            ([Math.Log(0.8), Math.Log(0.2)], [0, 1]),
            ([Math.Log(0.2), Math.Log(0.8)], [1, 0]),
        ]);

        Assert.Equal(0.8, Math.Exp(prior[0]), 12);
        Assert.Equal(0.2, Math.Exp(prior[1]), 12);
        Assert.Equal(new[] { 0.2, 0.8 }, LetterPrior.ToOptionOrder(prior, [1, 0]).Select(Math.Exp), (left, right) => Math.Abs(left - right) < 1e-12);
    }
}
