using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class LetterChoiceTests
{
    private static readonly string[] Letters = ["A", "B", "C"];

    [Fact]
    public void The_likeliest_form_of_a_letter_stands_for_it()
    {
        var choice = LetterChoice.Read([("A", -3), (" A", -1), ("\u0120B", -2), ("\u2581C", -4), ("C", -5), ("AB", -0.1), ("xA", -0.1), ("the", -0.2)], Letters);

        Assert.Equal([-1, -2, -4], choice.LogProbabilities!);
        Assert.Equal((0, 3), (choice.Chosen, choice.Listed));
    }

    [Fact]
    public void A_letter_that_is_not_listed_leaves_the_choice_and_takes_the_probabilities()
    {
        var choice = LetterChoice.Read([("C", -0.5), ("B", -0.7)], Letters);

        Assert.Null(choice.LogProbabilities);
        Assert.Equal((2, 2), (choice.Chosen, choice.Listed));
    }

    [Fact]
    public void No_letter_is_no_choice() => Assert.Equal(new LetterChoice(null, null, 0), LetterChoice.Read([("the", -0.1), ("A plate", -0.2)], Letters));
}
