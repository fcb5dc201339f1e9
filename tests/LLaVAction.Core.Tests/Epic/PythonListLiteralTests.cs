using CsCheck;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Epic;

public sealed class PythonListLiteralTests
{
    [Theory]
    [InlineData("[]", "")]
    [InlineData("['plate', 'rack']", "plate|rack")]
    [InlineData("[ 'plate' , \"cook's hat\" ]", "plate|cook's hat")]
    [InlineData(@"['it\'s', 'a\\b']", @"it's|a\b")]
    [InlineData("['a',]", "a")]
    public void Strings_are_read(string text, string expected)
    {
        Assert.True(PythonListLiteral.TryParseStrings(text, out var items, out _));
        Assert.Equal(expected, string.Join('|', items));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[,]")]
    [InlineData("['a' 'b']")]
    [InlineData("['a',,'b']")]
    [InlineData("[a]")]
    [InlineData("['a]")]
    [InlineData("('a')")]
    [InlineData("['a']]")]
    [InlineData(@"['\x41']")]
    [InlineData("[['a']]")]
    public void Other_texts_are_refused_with_the_place(string text)
    {
        Assert.False(PythonListLiteral.TryParseStrings(text, out _, out var problem));
        Assert.Matches("^character [0-9]+: expected ", problem);
    }

    [Theory]
    [InlineData("[1.5]")]
    [InlineData("[-1]")]
    [InlineData("[2147483648]")]
    [InlineData("['1']")]
    [InlineData("[1 2]")]
    public void Other_numbers_are_refused(string text) =>
        Assert.False(PythonListLiteral.TryParseIntegers(text, out _, out _));

    [Fact]
    public void What_python_writes_reads_back() => Gen.Select(Gen.String.Array[0, 8], Gen.Int[0, 100_000].Array[0, 8]).Sample(static (texts, numbers) =>
        PythonListLiteral.TryParseStrings($"[{string.Join(", ", texts.Select(Repr))}]", out var readTexts, out _)
            && PythonListLiteral.TryParseIntegers($"[{string.Join(", ", numbers)}]", out var readNumbers, out _)
            && readTexts.SequenceEqual(texts) && readNumbers.SequenceEqual(numbers));

    private static string Repr(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
