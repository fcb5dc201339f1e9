using System.Text;
using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Runs;

public sealed class ResultFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[][] _lines = [.. new SyntheticRun(2).Lines(Shard.Whole).Select(RunJson.ToLine)];

    private string FilePath => _folder["results-1of1.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void End_torn_at_any_byte_loses_only_the_torn_line()
    {
        byte[] whole = [.. _lines[0], .. _lines[1]];
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);

            var file = ResultFile.Read(FilePath);

            Assert.Equal((length >= _lines[0].Length ? 1 : 0) + (length == whole.Length ? 1 : 0), file.Lines.Count);
            Assert.Equal(length, file.CompleteBytes + file.TornBytes);
        }
    }

    [Fact]
    public void Null_bytes_at_the_end_are_a_torn_end()
    {
        File.WriteAllBytes(FilePath, [.. _lines[0], .. new byte[4000], (byte)'\n', .. new byte[96]]);

        var file = ResultFile.Read(FilePath);

        Assert.Single(file.Lines);
        Assert.Equal(_lines[0].Length, file.CompleteBytes);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("{\"id\":\"a\"}")]
    [InlineData("null")]
    [InlineData("[]")]
    public void Damaged_line_before_the_end_is_an_error_that_names_it(string damage)
    {
        File.WriteAllBytes(FilePath, [.. _lines[0], .. Encoding.UTF8.GetBytes(damage + "\n"), .. _lines[1]]);

        var error = Assert.Throws<InputException>(() => ResultFile.Read(FilePath));

        Assert.StartsWith($"{FilePath} line 2: not a result line.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[0,1,2,3,3]")]
    [InlineData("[0,1,2,3,5]")]
    [InlineData("[0,1,2,3,-1]")]
    public void Option_order_must_be_a_permutation(string order)
    {
        var text = Encoding.UTF8.GetString(_lines[0]).Replace("[0,1,2,3,4]", order, StringComparison.Ordinal);
        File.WriteAllText(FilePath, text);

        Assert.Contains("line 1: not a result line", Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }
}
