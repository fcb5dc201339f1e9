using System.Text;
using System.Text.Json;
using LLaVAction.Benchmarks;

namespace LLaVAction.Core.Tests.Benchmarks;

public sealed class BenchmarkJsonTests
{
    // The line printed in the format's documentation.
    private const string Line =
        """
        {"id":"P01_11_0","video_id":"P01_11","participant_id":"P01","start_seconds":0.0,"stop_seconds":1.89,"start_frame":1,"stop_frame":113,"narration":"take plate","verb_class":0,"noun_class":2,"strategy":"tim","options":["put down plate","take bowl","take plate","wash plate","take cup"],"option_classes":["1:2","0:7","0:2","2:2","0:13"],"option_ranks":[1,4,2,3,5],"also_true":[null,null,null,"overlap",null],"answer_index":2,"ground_truth_rank":2}
        """;

    [Theory]
    [InlineData("\"start_seconds\":0.0", "\"start_seconds\":1e999")]
    [InlineData("\"stop_seconds\":1.89", "\"stop_seconds\":-1e999")]
    public void A_time_beyond_every_number_is_no_question(string old, string replacement) =>
        Assert.Throws<JsonException>(() => BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(Line.Replace(old, replacement, StringComparison.Ordinal))));

    private static BenchmarkManifest Manifest => new()
    {
        SchemaVersion = BenchmarkManifest.CurrentSchemaVersion,
        ToolVersion = "0.1.0",
        Seed = 42,
        OptionsPerQuestion = 5,
        Representation = Representation.Top1Narration,
        Protocol = Protocol.Mqa,
        Ambiguous = AmbiguousDistractors.Replace,
        Limit = null,
        Sources = [new SourceFile("annotations", "a.csv", new string('0', 64), 3)],
        ClipsAsked = 3,
        PoolClips = 3,
        PoolClasses = 2,
        ClipsInEverySet = 3,
        Sets =
        [
            new SetEntry
            {
                Strategy = "tim",
                Provenance = Provenance.Simulated,
                DumpFormat = "llavaction-json",
                File = "tim.jsonl",
                Sha256 = new string('1', 64),
                Questions = 3,
                Excluded = 0,
                TruthInFirstK = 2,
                Substitutions = 1,
                RedrawnNarrations = 0,
                QuestionsWithAlsoTrue = 0,
                Chance = 0.2,
                Judges = [new JudgeAccuracy("tim", 1, 1.0 / 3, IsOwnSet: true)],
                OptionsOnly = null,
                PassedOver = [new PassedOverCandidate("P01_11_0", "0:5", 3, PassedOverCandidate.EqualText)],
            },
        ],
        Licence = "CC BY-NC 4.0",
    };

    [Fact]
    public void A_line_is_read_and_written_back_to_the_byte()
    {
        var question = BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(Line));

        Assert.Equal("take plate", question.Options[2]);
        Assert.Equal([null, null, null, "overlap", null], question.AlsoTrue);
        Assert.Equal(Line, Encoding.UTF8.GetString(BenchmarkJson.ToLine(question).Span));
    }

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(3.0, "3.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(1.0 / 3, "0.3333333333333333")]
    [InlineData(146.98, "146.98")]
    [InlineData(1e-7, "1E-07")]
    public void Seconds_are_the_shortest_text_that_reads_back(double seconds, string expected)
    {
        var question = BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(Line)) with { StopSeconds = seconds };

        var line = Encoding.UTF8.GetString(BenchmarkJson.ToLine(question).Span);

        Assert.Contains($"\"stop_seconds\":{expected},", line, StringComparison.Ordinal);
        Assert.Equal(seconds, BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(line)).StopSeconds);
    }

    [Fact]
    public void Text_stays_readable()
    {
        var question = BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(Line)) with { Narration = "don't <stir> \"crème\" & 茶\n" };

        var line = Encoding.UTF8.GetString(BenchmarkJson.ToLine(question).Span);

        Assert.Contains("""
            "narration":"don't <stir> \"crème\" & 茶\n",
            """, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("{\"id\":\"a\"")]
    public void A_line_that_is_no_question_is_refused(string line) =>
        Assert.Throws<JsonException>(() => BenchmarkJson.ParseLine(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void A_manifest_is_read_and_written_back_to_the_byte()
    {
        var bytes = BenchmarkJson.ToBytes(Manifest);
        var text = Encoding.UTF8.GetString(bytes);

        Assert.Contains("\"representation\": \"top1-narration\",\n", text, StringComparison.Ordinal);
        Assert.Contains("\"reason\": \"equal-text\"\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ties_at_cut", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.Equal(text, Encoding.UTF8.GetString(BenchmarkJson.ToBytes(BenchmarkJson.ParseManifest(bytes))));
    }

    [Theory]
    [InlineData("\"representation\": \"top1-narration\"", "\"representation\": 4")]
    [InlineData("\"representation\": \"top1-narration\"", "\"representation\": \"4\"")]
    [InlineData("\"seed\": 42", "\"seed\": 4.2")]
    [InlineData("\"seed\": 42", "\"seed\": \"42\"")]
    [InlineData("\"seed\": 42", "\"sneed\": 42")]
    public void Values_of_another_kind_are_refused(string old, string replacement)
    {
        var text = Encoding.UTF8.GetString(BenchmarkJson.ToBytes(Manifest));
        Assert.Contains(old, text, StringComparison.Ordinal);

        Assert.Throws<JsonException>(() => BenchmarkJson.ParseManifest(Encoding.UTF8.GetBytes(text.Replace(old, replacement, StringComparison.Ordinal))));
    }
}
