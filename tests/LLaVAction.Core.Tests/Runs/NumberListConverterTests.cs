using System.Text;
using System.Text.Json;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class NumberListConverterTests
{
    private static readonly ResultLine Line = SyntheticRun.Line(new SyntheticRun(1).Sets[0].Questions[0], 8, 0);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(500)]
    public void Lists_of_any_length_come_back_as_they_were(int count)
    {
        double[] seconds = [.. Enumerable.Range(0, count).Select(static frame => frame / 7.0)];

        var read = RunJson.ParseLine(RunJson.ToLine(Line with { FrameSeconds = seconds, LetterLogprobs = seconds }));

        Assert.Equal(seconds, read.FrameSeconds);
        Assert.Equal(seconds, read.LetterLogprobs!);
        Assert.Equal(Line.OptionOrder, read.OptionOrder);
    }

    [Fact]
    public void A_list_that_may_be_missing_is_null()
    {
        Assert.Null(RunJson.ParseLine(RunJson.ToLine(Line with { LetterLogprobs = null })).LetterLogprobs);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[\"1\"]")]
    [InlineData("[1,[2]]")]
    [InlineData("[1.5]")]
    [InlineData("[99999999999]")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1")]
    public void Anything_else_is_malformed(string list)
    {
        var text = Encoding.UTF8.GetString(RunJson.ToLine(Line));
        var start = text.IndexOf("\"option_order\":[", StringComparison.Ordinal) + "\"option_order\":".Length;
        var changed = text[..start] + list + text[(text.IndexOf(']', start) + 1)..];

        Assert.Throws<JsonException>(() => RunJson.ParseLine(Encoding.UTF8.GetBytes(changed)));
    }
}
