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
    public void File_larger_than_a_block_is_read_as_it_was_written_whatever_stands_across_a_border()
    {
        var longLine = RunJson.ToLine(new SyntheticRun(2).Lines(Shard.Whole).First() with { Text = new string('x', 20 << 20) });
        byte[][] written = [.. Enumerable.Repeat(_lines, 1000).SelectMany(static lines => lines), longLine, .. _lines];
        using (var file = File.Create(FilePath))
        {
            foreach (var line in written)
            {
                file.Write(line);
            }

            file.Write(_lines[0], 0, 40);
        }

        var read = ResultFile.Read(FilePath);

        Assert.Equal(written.Length, read.Lines.Count);
        Assert.All(read.Lines.Zip(written), static pair => Assert.Equal(pair.Second, RunJson.ToLine(pair.First)));
        Assert.Equal((written.Sum(static line => (long)line.Length), 40L), (read.CompleteBytes, read.TornBytes));
    }

    [Fact]
    public void Damage_far_behind_is_named_by_its_line()
    {
        File.WriteAllBytes(FilePath, [.. Enumerable.Repeat(_lines[0], 30_000).SelectMany(static line => line), .. "{}\n"u8, .. _lines[1]]);

        var error = Assert.Throws<InputException>(() => ResultFile.Read(FilePath));

        Assert.StartsWith($"{FilePath} line 30001: not a result line.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_share_what_is_equal_in_them()
    {
        File.WriteAllBytes(FilePath, [.. _lines[0], .. _lines[0]]);

        var lines = ResultFile.Read(FilePath).Lines;

        Assert.Same(lines[0].OptionOrder, lines[1].OptionOrder);
        Assert.Same(lines[0].Predictions, lines[1].Predictions);
        Assert.Same(lines[0].FrameSeconds, lines[1].FrameSeconds);
        Assert.Same(lines[0].Id, lines[1].Id);
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

    [Fact]
    public void One_null_byte_in_the_middle_is_an_error_with_its_line_and_not_the_end_of_the_file()
    {
        byte[] damaged = [.. _lines[1]];
        damaged[40] = 0;
        File.WriteAllBytes(FilePath, [.. _lines[0], .. damaged, .. _lines[2], .. _lines[3]]);

        Assert.StartsWith($"{FilePath} line 2: ", Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_edited_line_shows_by_its_checksum()
    {
        var text = Encoding.UTF8.GetString(_lines[1]);
        Assert.Contains("\"decode_ms\":1.5", text, StringComparison.Ordinal);
        File.WriteAllText(FilePath, Encoding.UTF8.GetString(_lines[0]) + text.Replace("\"decode_ms\":1.5", "\"decode_ms\":1.6", StringComparison.Ordinal));

        Assert.StartsWith($"{FilePath} line 2: its checksum does not fit its content.", Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_earlier_versions_have_no_checksum_and_are_read()
    {
        File.WriteAllText(FilePath, string.Concat(_lines.Select(WithoutChecksum)));

        Assert.Equal(_lines.Length, ResultFile.Read(FilePath).Lines.Count);
    }

    [Theory]
    [InlineData("\"correct\":true", "\"correct\":false", "'correct' contradicts")]
    [InlineData("\"correct\":false", "\"correct\":true", "'correct' contradicts")]
    [InlineData("\"status\":\"ok\"", "\"status\":\"decode_error\"", "contradicts the answer beside it")]
    [InlineData("\"decode_ms\":1.5", "\"decode_ms\":1e999", "a number is out of range")]
    [InlineData("\"decode_ms\":1.5", "\"decode_ms\":-1", "a number is out of range")]
    [InlineData("\"letter_logprobs\":[-", "\"letter_logprobs\":[-1e999,-", "a number is out of range")]
    [InlineData("\"letter_mass\":", "\"letter_mass\":1", "a number is out of range")]
    public void A_line_that_contradicts_itself_is_refused(string written, string changed, string complaint)
    {
        var line = _lines.Select(WithoutChecksum).First(line => line.Contains(written, StringComparison.Ordinal));
        File.WriteAllText(FilePath, line.Replace(written, changed, StringComparison.Ordinal));

        Assert.Contains(complaint, Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_that_is_not_the_most_probable_letter_is_refused()
    {
        var line = new SyntheticRun(1).Lines(Shard.Whole).First();
        var other = (line.PredictedIndex!.Value + 1) % 5;
        foreach (var (changed, complaint) in new[]
        {
            (line with { PredictedIndex = other, IsCorrect = other == line.AnswerIndex, Predictions = new Dictionary<string, int?> { ["letter"] = other } }, "'predictions' contradicts 'letter_logprobs'"),
            (line with { PredictedIndex = other, IsCorrect = other == line.AnswerIndex }, "'predicted_index' is none of 'predictions'"),
        })
        {
            File.WriteAllBytes(FilePath, RunJson.ToLine(changed));
            Assert.Contains(complaint, Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_failure_has_no_answer_beside_it_and_numbers_may_lie_at_the_ends_of_their_ranges()
    {
        var question = new SyntheticRun(1).Sets[0].Questions[0];
        var failure = SyntheticRun.Failure(question, 8, 0);
        var line = SyntheticRun.Line(question, 8, 0);
        Assert.Contains("contradicts the answer beside it", Complaint(failure with { PredictedIndex = 1 }), StringComparison.Ordinal);
        Assert.Contains("contradicts the answer beside it", Complaint(failure with { IsCorrect = true }), StringComparison.Ordinal);
        Assert.Contains("contradicts the answer beside it", Complaint(failure with { LetterLogprobs = line.LetterLogprobs }), StringComparison.Ordinal);
        Assert.Equal("", Complaint(failure));
        Assert.Equal("", Complaint(line with { LetterMass = 0 }));
        Assert.Equal("", Complaint(line with { LetterMass = 1.000001 }));
        Assert.Equal("", Complaint(failure with { Status = ResultStatus.Ok, PredictedIndex = 1, AnswerIndex = 1, IsCorrect = true }));

        string Complaint(ResultLine written)
        {
            File.WriteAllBytes(FilePath, RunJson.ToLine(written));
            return Record.Exception(() => ResultFile.Read(FilePath))?.Message ?? "";
        }
    }

    [Fact]
    public void Many_lines_are_read_in_their_order()
    {
        var lines = new SyntheticRun(200).Lines(Shard.Whole).ToArray();
        File.WriteAllBytes(FilePath, [.. lines.SelectMany(RunJson.ToLine)]);

        Assert.Equal(lines.Select(static line => line.Key), ResultFile.Read(FilePath).Lines.Select(static line => line.Key));
    }

    [Theory]
    [InlineData("[0,1,2,3,3]")]
    [InlineData("[0,0,0,3,4]")]
    [InlineData("[0,1,2,3,5]")]
    [InlineData("[0,1,2,3,-1]")]
    public void Option_order_must_be_a_permutation(string order)
    {
        var text = WithoutChecksum(_lines[0]).Replace("[0,1,2,3,4]", order, StringComparison.Ordinal);
        File.WriteAllText(FilePath, text);

        Assert.Contains("line 1: not a result line", Assert.Throws<InputException>(() => ResultFile.Read(FilePath)).Message, StringComparison.Ordinal);
    }

    private static string WithoutChecksum(byte[] line)
    {
        var text = Encoding.UTF8.GetString(line);
        return text[..text.IndexOf(",\"checksum\"", StringComparison.Ordinal)] + "}\n";
    }
}
