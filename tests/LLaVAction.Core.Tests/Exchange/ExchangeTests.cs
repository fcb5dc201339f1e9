using LLaVAction.Benchmarks;
using LLaVAction.Exchange;
using LLaVAction.Exchange.Formats;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Exchange;

public sealed class ExchangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // The text and the hash are what Python 3.14's json.dumps and hashlib give for the same values.
    [Fact]
    public void A_row_is_written_and_hashed_as_python_does_it()
    {
        var row = new ExchangeRow
        {
            QuestionId = "P01_11_0",
            Strategy = "tim",
            VideoId = "P01_11",
            ParticipantId = "P01",
            Start = 0,
            End = 1.89,
            Prompt = "p\n\"q\"\\ é 漢 \u0001 / \u007f",
            Options = ["put down \"plate\"", "take bowl"],
            Answer = "B",
            AnswerIndex = 1,
            Narration = "take bowl",
            VerbClass = 0,
            NounClass = 7,
            QuestionSha256 = "ab",
        };

        Assert.Equal(
            """{"question_id": "P01_11_0", "strategy": "tim", "video_id": "P01_11", "participant_id": "P01", "start": 0.0, "end": 1.89, "prompt": "p\n\"q\"\\ é 漢 \u0001 / """
            + "\u007f\"" + """, "options": ["put down \"plate\"", "take bowl"], "answer": "B", "answer_index": 1, "narration": "take bowl", "verb_class": 0, "noun_class": 7, "question_sha256": "ab"}"""
            + "\n",
            row.ToLine());
        Assert.Equal("0a9bd088d745f07ca825d53df1377e43df7f7adbbcd24f91f864abaad7a87992", row.LmmsEvalHash());
    }

    [Fact]
    public void Samples_of_lmms_eval_are_joined_by_the_hash_of_their_row_whatever_their_order()
    {
        var set = Set("tim", 3);
        string Sample(int question, string answer) =>
            $$"""{"doc_id": {{question}}, "target": "B", "filtered_resps": "{{answer}}", "resps": ["x"], "doc_hash": "{{ExchangeRow.Of(set.Questions[question], new PromptSettings()).LmmsEvalHash()}}", "accuracy": {"score": 1.0} }""";
        _folder.Write("20260101_samples_epic_mqa_tim.jsonl", $"{Sample(2, "C")}\n{Sample(0, "A")}\n{Sample(0, "A")}\n");

        var result = Join([set, Set("random", 3)], _folder["20260101_samples_epic_mqa_tim.jsonl"]);

        Assert.Empty(result.Misfits);
        Assert.Equal(1, result.Repeated);
        Assert.Equal([("clip_2", "C"), ("clip_0", "A")], result.Joined.Select(one => (one.Key.Id, one.Answer.Text!)));
        Assert.All(result.Joined, one => Assert.Equal("tim", one.Key.Strategy));
    }

    [Theory]
    [InlineData("samples.jsonl", """{"doc_id": 1, "doc": {"question_id": "clip_1", "strategy": "tim"}, "target": "B", "resps": [["C"]], "filtered_resps": ["C"], "prompt_hash": "h"}""")]
    [InlineData("samples.jsonl", """{"doc_id": 1, "target": "B", "resps": [["C"]], "filtered_resps": ["C"], "doc_hash": null}""")]
    [InlineData("results.json", """{"args": {}, "logs": {"epic_mqa_tim": [{"doc_id": 1, "doc": {"question_id": "clip_1"}, "target": "B", "resps": [["C"]], "filtered_resps": ["C"]}]}}""")]
    public void Samples_of_older_versions_are_read_too(string name, string content)
    {
        _folder.Write(name, content + "\n");

        var result = Join([Set("tim", 3)], _folder[name]);

        Assert.Empty(result.Misfits);
        Assert.Equal([("clip_1", "C")], result.Joined.Select(one => (one.Key.Id, one.Answer.Text!)));
    }

    [Fact]
    public void What_a_program_says_instead_of_an_answer_is_a_failure()
    {
        _folder.Write("samples.jsonl", """{"doc_id": 1, "target": "B", "filtered_resps": "Video /a/b.mp4 can not load, check the source", "doc": {"question_id": "clip_1"}}""");
        _folder.Write("p.tsv", "index\tquestion_id\tanswer\tprediction\n1\tclip_1\tB\tFailed to obtain answer via API.\n2\tclip_2\tB\t\n");

        Assert.NotNull(Join([Set("tim", 3)], _folder["samples.jsonl"]).Joined.Single().Answer.Failure);
        var table = Join([Set("tim", 3)], _folder["p.tsv"]).Joined;
        Assert.Equal("Failed to obtain answer via API.", table[0].Answer.Failure);
        Assert.Equal((null, ""), (table[1].Answer.Failure, table[1].Answer.Text));
    }

    [Theory]
    [InlineData("id,answer\nclip_9,B\n", "line 2: id 'clip_9' is not a question of set 'tim'")]
    [InlineData("id,answer,strategy\nclip_1,B,avion\n", "set 'avion' is not in this run (tim)")]
    [InlineData("id,answer,frames\nclip_1,B,16\n", "16 frames, rotation 0; the run has 4 frames")]
    [InlineData("id,answer,rotation\nclip_1,B,3\n", "rotation 3")]
    [InlineData("id,answer,question_sha256\nclip_1,B,0123456789abcdef\n", "another question under the same id")]
    [InlineData("id,answer_index\nclip_1,7\n", "answer index 7 of 'clip_1', which has 3 options")]
    [InlineData("id,answer\nclip_1,B\nclip_1,C\n", "line 3: another answer to 'clip_1'")]
    public void What_does_not_fit_is_named(string table, string expected)
    {
        _folder.Write("answers.csv", table);

        Assert.Contains(expected, Assert.Single(Join([Set("tim", 3)], _folder["answers.csv"]).Misfits), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_number_without_proof_is_not_believed()
    {
        _folder.Write("samples.jsonl", """{"doc_id": 1, "filtered_resps": "C"}""");

        Assert.Contains("does not prove", Assert.Single(Join([Set("tim", 3)], _folder["samples.jsonl"]).Misfits), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truth_that_differs_shows_another_question()
    {
        _folder.Write("samples.jsonl", """{"doc_id": 1, "target": "A", "filtered_resps": "C", "doc": {"question_id": "clip_1"}}""");

        Assert.Contains("the truth of 'clip_1' is B", Assert.Single(Join([Set("tim", 3)], _folder["samples.jsonl"]).Misfits), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.jsonl", "{\"custom_id\": \"mine-1\", \"response\": null}", "is not one of")]
    [InlineData("a.jsonl", "{\"id\": 1", "line 1: not JSON")]
    [InlineData("a.jsonl", "[1]", "expected an object")]
    [InlineData("a.jsonl", "{\"id\": \"x\", \"answer\": \"\\ud800\"}", "half a surrogate pair")]
    [InlineData("a.jsonl", "{\"custom_id\": \"random/P01_1_0/8/0/ab\", \"response\": {\"status_code\": 400, \"body\": {\"message\": \"\\ud800\"}}}", "half a surrogate pair")]
    [InlineData("a.csv", "name,age\nx,1\n", "columns name, age")]
    [InlineData("a.csv", "id,answer\n\"x,1\n", "malformed quotes")]
    [InlineData("a.csv", "id,answer\nx,1,2\n", "line 2: 3 fields")]
    [InlineData("a.xlsx", "PK", "PRED_FORMAT=tsv")]
    [InlineData("a.txt", "B", "extension '.txt'")]
    [InlineData("a.jsonl", "{\"id\": \"x\", \"answer\": [\"B\"]}", "'answer' is a list")]
    public void Files_that_cannot_be_read_are_named_with_what_was_expected(string name, string content, string expected)
    {
        _folder.Write(name, content);

        var error = Assert.Throws<InputException>(() => AnswerFiles.Read(_folder[name], AnswerFormat.Auto).Answers.Count);

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_a_request_reads_back()
    {
        var name = new BatchRequestName("tim", "P01_11_0", 8, 2, "0123abcd");

        Assert.Equal("tim/P01_11_0/8/2/0123abcd", name.Write());
        Assert.Equal(name, BatchRequestName.Read(name.Write()));
        Assert.Throws<InputException>(() => (name with { Id = new string('x', 60) }).Write());
    }

    [Fact]
    public void A_table_for_VLMEvalKit_quotes_what_needs_it()
    {
        var table = new VlmEvalKitTable(_folder["EPIC.tsv"]);
        table.Add(Set("tim", 1).Questions[0] with { Options = ["a \"b\"", "tab\there", "c"] }, ["/f/it's 1.jpg", "/f/2.jpg"]);
        table.Write();

        var lines = File.ReadAllLines(_folder["EPIC.tsv"]);
        Assert.Equal("index\tquestion\tA\tB\tC\tanswer\timage_path\tquestion_id\tstrategy\tvideo_id\tquestion_sha256", lines[0]);
        Assert.Contains("\t\"a \"\"b\"\"\"\t\"tab\there\"\tc\tB\t['/f/it\\'s 1.jpg', '/f/2.jpg']\tclip_0\t", lines[1], StringComparison.Ordinal);
    }

    private static JoinResult Join(IReadOnlyList<AskedSet> sets, string file)
    {
        var run = SyntheticIdentity.Of(sets.Select(set => set.Strategy), frames: 4);
        return new AnswerJoin(run, sets).Join(AnswerFiles.Read(file, AnswerFormat.Auto).Answers);
    }

    private static AskedSet Set(string strategy, int questions) => new(strategy, [.. Enumerable.Range(0, questions).Select(number => new Question
    {
        Id = $"clip_{number}",
        VideoId = "video",
        ParticipantId = "P01",
        StartSeconds = number,
        StopSeconds = number + 0.5,
        StartFrame = 1,
        StopFrame = 2,
        Narration = "take cup",
        VerbClass = 0,
        NounClass = 13,
        Strategy = strategy,
        Options = [$"{strategy} first {number}", "take cup", "third"],
        OptionClasses = ["1:1", "0:13", "2:2"],
        OptionRanks = [null, null, null],
        AlsoTrue = [null, null, null],
        AnswerIndex = 1,
        GroundTruthRank = null,
    })]);
}

/// <summary>The identity of a run that asks made-up sets.</summary>
internal static class SyntheticIdentity
{
    public static RunIdentity Of(IEnumerable<string> strategies, int frames) => new()
    {
        ToolVersion = "0",
        Benchmark = new RunBenchmark
        {
            ManifestSha256 = "",
            Protocol = Protocol.Mqa,
            Representation = Representation.Narration,
            OptionsPerQuestion = 3,
            Clips = 3,
            Sets = [.. strategies.Select(strategy => new RunSet { Strategy = strategy, Provenance = Provenance.Unstated, Sha256 = "", QuestionsInSet = 3, QuestionsAsked = 3, AskedSha256 = "" })],
        },
        Model = new RunModel
        {
            Name = "m",
            Hash = null,
            Engine = "e",
            Precision = "p",
            Settings = new Dictionary<string, string>(),
            OverriddenSettings = new Dictionary<string, string>(),
            HasRandomWeights = false,
        },
        Prompt = new RunPrompt { Task = PromptTask.MultipleChoice, Perspective = PromptPerspective.Egocentric, HasTimeInstruction = false, PriorActions = "none", Texts = new Dictionary<string, string>() },
        Frames = new RunFrames { Counts = [frames], Policy = FramePolicyKind.Midpoint, ClipLength = null, VideoLayout = null },
        Scoring = [AnswerScoring.Staged],
        Rotations = 1,
        MaxNewTokens = 0,
        Control = Control.None,
    };
}
