using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

public sealed class ReferenceParserTests
{
    private static readonly string[] Options = ["put down plate", "take bowl", "take plate", "wash plate.", "None of it"];

    // Expected texts were computed with Python's re module by the rules of the original.
    [Theory]
    [InlineData("C. take plate", "take plate")]
    [InlineData("C. take plate,", "take plate")]
    [InlineData("C. take plate.", "take plate")]
    [InlineData("C. take plate. I see it. Really", "take plate")]
    [InlineData("A. put down plate\nC. take plate", "take plate")]
    [InlineData("A. put down plate, C. take plate", "put down plate, C")]
    [InlineData("C", "C")]
    [InlineData("(C) take plate", "(C) take plate")]
    [InlineData("c. take plate", "c. take plate")]
    [InlineData("take plate", "take plate")]
    [InlineData("None. take plate", "take plate")]
    [InlineData("None of these, C. take plate", "None of these, C. take plate")]
    [InlineData("C.\ntake plate", "take plate")]
    [InlineData("", "")]
    public void Text_is_read_as_the_original_reads_it(string answer, string expected) =>
        Assert.Equal(expected, ReferenceParser.ReadText(answer));

    [Theory]
    [InlineData("C. take plate", 2)]
    [InlineData("B. take plate", 2)]
    [InlineData("C", null)]
    [InlineData("C. Take plate", null)]
    [InlineData("D. wash plate.", null)]
    [InlineData("wash plate.", 3)]
    [InlineData("E. None of it", null)]
    [InlineData("None. None of it", 4)]
    public void Option_is_the_one_with_exactly_that_text(string answer, int? expected) =>
        Assert.Equal(expected, ReferenceParser.Read(answer, Options));
}
