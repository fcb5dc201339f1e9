using CsCheck;
using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

/// <summary>What must hold of scores whatever the model says.</summary>
public sealed class ScoringProperties
{
    private static readonly Gen<double[]> Logits = Gen.Double[-30, 30].Array[2, 26];

    [Fact]
    public void A_constant_added_to_all_logits_changes_no_score() => Logits.Select(Gen.Double[-50, 50]).Sample(static (logits, constant) =>
    {
        var order = Rotation.OptionOrder(logits.Length, 0);
        var before = LetterScores.Read(logits, order);
        var after = LetterScores.Read([.. logits.Select(logit => logit + constant)], order);
        return before.LogProbabilities.Zip(after.LogProbabilities).All(static pair => Math.Abs(pair.First - pair.Second) < 1e-9);
    });

    [Fact]
    public void A_rotation_moves_letters_and_not_what_is_said_of_options() => Logits.Select(Gen.Int[0, 25]).Sample(static (byOption, turns) =>
    {
        var order = Rotation.OptionOrder(byOption.Length, turns % byOption.Length);
        var rotated = LetterScores.Read([.. order.Select(option => byOption[option])], order);
        var written = LetterScores.Read(byOption, Rotation.OptionOrder(byOption.Length, 0));
        return rotated.LogProbabilities.Zip(written.LogProbabilities).All(static pair => Math.Abs(pair.First - pair.Second) < 1e-9)
            && Math.Abs(rotated.LogProbabilities.Sum(Math.Exp) - 1) < 1e-9
            && byOption[rotated.PredictedIndex] == byOption.Max();
    });

    [Fact]
    public void A_prior_that_prefers_no_option_changes_no_score() => Logits.Sample(static logits =>
    {
        var scores = LetterScores.Read(logits, Rotation.OptionOrder(logits.Length, 0)).LogProbabilities;
        var even = Enumerable.Repeat(-Math.Log(logits.Length), logits.Length).ToArray();
        return LetterPrior.Correct(scores, even).Zip(scores).All(static pair => Math.Abs(pair.First - pair.Second) < 1e-9);
    });
}
