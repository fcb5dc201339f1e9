using CsCheck;
using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class StagedParserTests
{
    private static readonly string[] Options = ["put down plate", "take bowl", "take plate", "wash plate.", "take plate from rack"];

    [Theory]
    [InlineData("C", 2, "letter")]
    [InlineData("c", 2, "letter")]
    [InlineData(" C.\n", 2, "letter")]
    [InlineData("(C)", 2, "letter")]
    [InlineData("[C]", 2, "letter")]
    [InlineData("C)", 2, "letter")]
    [InlineData("C,", 2, "letter")]
    [InlineData("**C**", 2, "letter")]
    [InlineData("**C. take plate**", 2, "letter")]
    [InlineData("`C`", 2, "letter")]
    [InlineData("\\boxed{C}", 2, "letter")]
    [InlineData("C. take plate", 2, "letter")]
    [InlineData("c. take plate", 2, "letter")]
    [InlineData("C: take plate", 2, "letter")]
    [InlineData("C) take plate", 2, "letter")]
    [InlineData("(C) take plate", 2, "letter")]
    [InlineData("C - take plate", 2, "letter")]
    [InlineData("C take plate", 2, "letter")]
    [InlineData("The answer is C given what I see", 2, "phrase")]
    [InlineData("The answer is C plate", 2, "phrase")]
    [InlineData("I take plate here", 2, "contained-text")]
    [InlineData("A put down plate", 0, "letter")]
    [InlineData("Option C", 2, "letter")]
    [InlineData("Answer: C", 2, "letter")]
    [InlineData("Answer: (C) take plate", 2, "letter")]
    [InlineData("D. wash plate.", 3, "letter")]
    [InlineData("C. take plate\nI can see the plate in my hand.", 2, "letter")]
    [InlineData("The answer is C", 2, "phrase")]
    [InlineData("The answer is C.", 2, "phrase")]
    [InlineData("The correct answer is (C) take plate", 2, "phrase")]
    [InlineData("The correct option is C because I hold a plate.", 2, "phrase")]
    [InlineData("I think the answer would be 'C'", 2, "phrase")]
    [InlineData("The answer is A because I put it down", 0, "phrase")]
    [InlineData("The answer is not A. The answer is B.", 1, "phrase")]
    [InlineData("First the answer is A. No: the answer is B.", 1, "phrase")]
    [InlineData("My choice: C", 2, "phrase")]
    [InlineData("<think>It may be A. put down plate</think>C. take plate", 2, "letter")]
    [InlineData("It may be A. put down plate</think>\nC", 2, "letter")]
    [InlineData("I hold a plate. So C. take plate", 2, "lettered-text")]
    [InlineData("Not A. put down plate but (B) take bowl", 1, "lettered-text")]
    [InlineData("take plate", 2, "exact-text")]
    [InlineData("Take plate.", 2, "exact-text")]
    [InlineData("'wash plate'", 3, "exact-text")]
    [InlineData("You take bowl now", 1, "contained-text")]
    [InlineData("I take plate from rack slowly", 4, "contained-text")]
    public void Answer_is_read(string answer, int position, string rule)
    {
        var parsed = StagedParser.Read(answer, Options);

        Assert.Equal((position, rule, false), (parsed.Position, parsed.Rule, parsed.TextDiffers));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A plate is on the table.")]
    [InlineData("A")]
    [InlineData("I am washing something")]
    [InlineData("I")]
    [InlineData("F. something else")]
    [InlineData("None of these")]
    [InlineData("The answer is A plate")]
    [InlineData("take plates")]
    [InlineData("I take bowl and wash plate")]
    [InlineData("A. put down plate, B. take bowl, C. take plate, D. wash plate., E. take plate from rack")]
    public void Answer_that_names_no_single_option_is_unparsed(string answer)
    {
        var parsed = StagedParser.Read(answer, Options);

        if (answer == "A")
        {
            // A letter by itself is a letter, whichever it is.
            Assert.Equal(0, parsed.Position);
            return;
        }

        Assert.Equal(new ParsedAnswer(null, StagedParser.Unparsed, false), parsed);
    }

    [Fact]
    public void Letter_is_trusted_over_the_text_of_another_option_and_flagged()
    {
        var parsed = StagedParser.Read("B. take plate", Options);

        Assert.Equal(new ParsedAnswer(1, StagedParser.Letter, true), parsed);
        Assert.Equal("letter+text-differs", parsed.RuleText);
    }

    [Fact]
    public void A_capital_before_its_option_of_one_letter_is_a_letter() =>
        Assert.Equal(new ParsedAnswer(1, StagedParser.Letter, false), StagedParser.Read("B x", ["a b", "x"]));

    [Fact]
    public void A_letter_with_its_own_text_is_not_flagged() => Assert.Equal("letter", StagedParser.Read("C. take plate", Options).RuleText);

    [Fact]
    public void All_letters_without_all_texts_are_no_list_of_the_options() =>
        Assert.Equal(1, StagedParser.Read("Not A. put, so B. take", ["put down", "take up"]).Position);

    [Fact]
    public void A_last_letter_beside_the_text_of_another_option_is_flagged() =>
        Assert.Equal(new ParsedAnswer(1, StagedParser.LetteredText, true), StagedParser.Read("I hold it. So B. take plate", Options));

    [Fact]
    public void Letters_beyond_the_options_are_no_letters() =>
        Assert.Null(StagedParser.Read("E", ["one", "two"]).Position);

    [Fact]
    public void Written_options_are_always_read_back() => Gen.Int[2, 26].SelectMany(static count => Gen.Int[0, count - 1].Select(answer => (count, answer))).Sample(static (count, answer) =>
    {
        var options = Enumerable.Range(0, count).Select(static i => $"wash item{i}").ToArray();
        var letter = (char)('A' + answer);
        return StagedParser.Read($"{letter}. {options[answer]}", options).Position == answer
            && StagedParser.Read($"{letter}", options).Position == answer
            && StagedParser.Read(options[answer], options).Position == answer
            && ReferenceParser.Read($"{letter}. {options[answer]}", options) == answer;
    });

    [Fact]
    public void No_text_breaks_the_parsers() => Gen.String.Sample(static text =>
    {
        var parsed = StagedParser.Read(text, Options);
        ReferenceParser.Read(text, Options);
        return parsed.Position is null or (>= 0 and < 5);
    });
}
