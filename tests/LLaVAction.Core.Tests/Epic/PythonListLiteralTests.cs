using FsCheck;
using FsCheck.Fluent;
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
    public void What_python_writes_reads_back() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonNull<string>[]>(),
        ArbMap.Default.ArbFor<NonNegativeInt[]>(),
        (texts, numbers) =>
        {
            var strings = texts.Select(text => text.Get).ToArray();
            var integers = numbers.Select(number => number.Get).ToArray();
            var literal = $"[{string.Join(", ", strings.Select(Repr))}]";
            return PythonListLiteral.TryParseStrings(literal, out var readStrings, out _)
                && PythonListLiteral.TryParseIntegers($"[{string.Join(", ", integers)}]", out var readIntegers, out _)
                && readStrings.SequenceEqual(strings) && readIntegers.SequenceEqual(integers);
        }).QuickCheckThrowOnFailure();

    private static string Repr(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
