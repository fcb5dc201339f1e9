using CsCheck;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class ShardTests
{
    [Fact]
    public void Parts_cover_every_clip_once_and_evenly() => Gen.Select(Gen.Int[1, 40], Gen.Int[0, 500]).Sample(static (count, clips) =>
    {
        var parts = Enumerable.Range(1, count)
            .Select(index => Enumerable.Range(0, clips).Where(new Shard(index, count).Owns).ToArray())
            .ToArray();
        return parts.SelectMany(static part => part).Order().SequenceEqual(Enumerable.Range(0, clips))
            && parts.Max(static part => part.Length) - parts.Min(static part => part.Length) <= 1;
    });

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("2/7", 2, 7)]
    [InlineData("100000/100000", 100_000, 100_000)]
    public void Text_is_read(string text, int index, int count) => Assert.Equal(new Shard(index, count), Shard.Parse(text));

    [Theory]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1")]
    [InlineData("1/")]
    [InlineData("a/b")]
    [InlineData("-1/2")]
    [InlineData("1/2/3")]
    [InlineData("1/1000000")]
    public void Other_text_is_refused(string text) =>
        Assert.Contains($"'{text}'", Assert.Throws<InputException>(() => Shard.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void File_names_are_told_from_others()
    {
        Assert.Equal("results-2of7.jsonl", new Shard(2, 7).FileName);
        Assert.True(Shard.IsResultsFile("results-2of7.jsonl"));
        Assert.False(Shard.IsResultsFile("results-2of7.jsonl.lock"));
        Assert.False(Shard.IsResultsFile("results-0of7.jsonl"));
    }
}
