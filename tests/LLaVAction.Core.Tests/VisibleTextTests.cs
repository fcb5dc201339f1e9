namespace LLaVAction.Core.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("take plate", "take plate")]
    [InlineData("café 😀 \u2014 ß", "café 😀 \u2014 ß")]
    [InlineData("\u001b[2J\u001b[31mX", "\\u001B[2J\\u001B[31mX")]
    [InlineData("a\r\nb\tc", "a\\u000D\\u000Ab\\u0009c")]
    [InlineData("\u202Eevil\u2066\u200B\u2028", "\\u202Eevil\\u2066\\u200B\\u2028")]
    [InlineData("\u009b31m", "\\u009B31m")]
    public void Characters_that_steer_a_terminal_are_written_out(string text, string expected) => Assert.Equal(expected, VisibleText.Of(text));

    [Fact]
    public void Half_a_surrogate_pair_is_written_out() => Assert.Equal("a\\uD800b\\uDC00", VisibleText.Of("a\uD800b\uDC00"));

    [Fact]
    public void Messages_about_input_show_what_they_quote() =>
        Assert.Equal("x.csv: field is '\\u001B]0;owned\\u0007'", new InputException("x.csv: field is '\u001b]0;owned\u0007'").Message);
}
