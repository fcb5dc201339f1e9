using System.Text.Json.Nodes;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Exchange.Published;
using LLaVAction.Prompts;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Exchange;

/// <summary>Made-up metadata in the shapes that six benchmarks publish; the prompts are what lmms-eval asks for the same rows.</summary>
public sealed class PublishedQuestionTests : IDisposable
{
    private static readonly string Metadata = Path.Combine(Repository.Root, "tests/Goldens/published-metadata");
    private static readonly JsonNode Prompts = JsonNode.Parse(File.ReadAllText(Path.Combine(Metadata, "prompts.json")))!;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PublishedBenchmark.EgoSchema, "egoschema.jsonl")]
    [InlineData(PublishedBenchmark.EgoSchema, "egoschema.parquet")]
    [InlineData(PublishedBenchmark.MvBench, "mvbench/action_antonym.json,mvbench/action_localization.json")]
    [InlineData(PublishedBenchmark.VideoMme, "video-mme.jsonl")]
    [InlineData(PublishedBenchmark.VideoMme, "video-mme.parquet")]
    [InlineData(PublishedBenchmark.LongVideoBench, "longvideobench.parquet")]
    [InlineData(PublishedBenchmark.LongVideoBench, "lvb_val.json")]
    [InlineData(PublishedBenchmark.NextQa, "nextqa.csv")]
    [InlineData(PublishedBenchmark.PerceptionTest, "perception-test.jsonl")]
    public void Prompts_are_those_of_the_published_code(PublishedBenchmark benchmark, string files)
    {
        var questions = Read(benchmark, files);

        Assert.Equal(
            Prompts[SettingNames.Of(benchmark)]!.AsObject().Select(pair => (pair.Key, (string)pair.Value!)),
            questions.Select(question => (question.Id, PromptOf(benchmark, question))));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(768)]
    public void Subtitles_are_chosen_and_shown_as_the_published_code_does(int looks)
    {
        var shown = SubtitleFile.Shown(SubtitleFile.Read(Path.Combine(Metadata, "subtitles/-made_up1.srt")), totalFrames: 20, frameRate: 10, looks);

        foreach (var question in Read(PublishedBenchmark.VideoMme, "video-mme.jsonl"))
        {
            var theirs = (string)Prompts[$"video-mme-subtitles-{looks}"]![question.Id]!;
            Assert.Equal(theirs, PromptOf(PublishedBenchmark.VideoMme, question with { Subtitles = question.VideoId == "-made_up1" ? shown : SubtitleFile.None }));
        }
    }

    [Fact]
    public void Truths_categories_and_videos_come_from_their_columns()
    {
        var mvbench = Read(PublishedBenchmark.MvBench, "mvbench/action_antonym.json,mvbench/action_localization.json");
        var mme = Read(PublishedBenchmark.VideoMme, "video-mme.parquet");
        var nextqa = Read(PublishedBenchmark.NextQa, "nextqa.csv");

        Assert.Equal([1, 0, 1, 0, 1], mvbench.Select(question => question.AnswerIndex!.Value));
        Assert.Equal("made_0", mvbench[0].VideoId);
        Assert.Equal("action_localization", mvbench[4].Categories!["task"]);
        Assert.True(mvbench[4].IsAboutWholeVideo);
        Assert.Equal("-made_up1", mme[0].VideoId);
        Assert.Equal(["domain", "duration", "sub_category", "task_type"], mme[0].Categories!.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([0, 1, 2, 3, 4, 0], nextqa.Select(question => question.AnswerIndex!.Value));
        Assert.Equal(["causal", "causal", "temporal", "temporal", "temporal", "descriptive"], nextqa.Select(question => question.Categories!["group"]));
    }

    [Fact]
    public void Bounds_of_uncut_videos_are_taken_when_asked_for()
    {
        var question = PublishedQuestions.Read(PublishedBenchmark.MvBench, [Path.Combine(Metadata, "mvbench/action_localization.json")], hasBounds: true).Questions[0];

        Assert.Equal((0.5, 1.5, false), (question.StartSeconds, question.StopSeconds, question.IsAboutWholeVideo));
    }

    [Fact]
    public void Options_that_do_not_exist_are_not_options_and_move_no_answer()
    {
        var path = Write("lvb.jsonl", """{"id": "x_0", "video_path": "x.mp4", "question": "Which?", "option0": "N/A", "option1": "a", "option2": "b", "option3": "N/A", "option4": "N/A", "correct_choice": 2}""");

        var question = PublishedQuestions.Read(PublishedBenchmark.LongVideoBench, [path], hasBounds: false).Questions[0];

        Assert.Equal(["a", "b"], question.Options);
        Assert.Equal(1, question.AnswerIndex);
    }

    [Theory]
    [InlineData(PublishedBenchmark.EgoSchema, """{"video_idx": "v", "question": "Q?", "option": ["A. x", "B. y"], "answer": "2"}""", "the answer is option 2; expected 0 to 1")]
    [InlineData(PublishedBenchmark.EgoSchema, """{"video_idx": "v", "question": " ", "option": ["A. x", "B. y"]}""", "'question' is missing or empty")]
    [InlineData(PublishedBenchmark.EgoSchema, """{"video_idx": "v", "question": "Q?"}""", "'option' is missing; the row has video_idx, question")]
    [InlineData(PublishedBenchmark.VideoMme, """{"question_id": "1", "videoID": "v", "question": "Q?", "options": ["A. x", "B. y"], "answer": "a"}""", "'answer' is 'a'; expected a letter")]
    [InlineData(PublishedBenchmark.VideoMme, """{"question_id": "1", "videoID": "v", "question": "Q?", "options": ["A. x"], "answer": "A"}""", "1 options; expected 2 to 26")]
    [InlineData(PublishedBenchmark.LongVideoBench, """{"id": "1", "video_path": "v", "question": "Q?", "candidates": ["x", "y"], "correct_choice": 4}""", "correct_choice 4 is none of the 2 options")]
    [InlineData(PublishedBenchmark.NextQa, """{"video": 1, "qid": 0, "question": "q", "type": "XX", "a0": "a", "a1": "b", "a2": "c", "a3": "d", "a4": "e", "answer": 0}""", "type 'XX'; expected one of CW")]
    [InlineData(PublishedBenchmark.PerceptionTest, """{"video_name": "v", "question_id": "0", "question": "Q?", "options": [1, 2], "answer_id": "0"}""", "'options' is no list of texts")]
    [InlineData(PublishedBenchmark.MvBench, """{"video": "v.mp4", "question": "Q?", "candidates": ["x", "y"], "answer": "x"}""", "named by their task")]
    public void Rows_that_are_not_as_published_are_named(PublishedBenchmark benchmark, string row, string complaint)
    {
        var error = Assert.Throws<InputException>(() => PublishedQuestions.Read(benchmark, [Write("rows.jsonl", row)], hasBounds: false));

        Assert.Contains("rows.jsonl line 1: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(complaint, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_that_is_no_candidate_and_an_id_that_comes_twice_are_named()
    {
        var stray = Write("action_count.json", """[{"video": "v.mp4", "question": "Q?", "candidates": ["x", "y"], "answer": "z"}]""");
        var twice = Write("twice.jsonl", string.Concat(Enumerable.Repeat("""{"video_idx": "v", "question": "Q?", "option": ["A. x", "B. y"]}""" + "\n", 2)));

        Assert.Contains("'z' is none of the candidates", Complaint(PublishedBenchmark.MvBench, stray), StringComparison.Ordinal);
        Assert.Contains("line 2: question 'v' comes a second time", Complaint(PublishedBenchmark.EgoSchema, twice), StringComparison.Ordinal);
        Assert.Contains("not a readable Parquet file", Complaint(PublishedBenchmark.EgoSchema, Write("bad.parquet", "PAR1 and no more")), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_without_letters_or_truths_is_taken_and_said_so()
    {
        var path = Write("full.jsonl", """{"video_idx": "v", "question": "Q?", "option": ["x", "y"], "answer": null}""");

        var read = PublishedQuestions.Read(PublishedBenchmark.EgoSchema, [path], hasBounds: false);

        Assert.Null(read.Questions[0].AnswerIndex);
        Assert.Contains(read.Remarks, remark => remark.StartsWith("1 questions have options without the letters", StringComparison.Ordinal));
        Assert.Contains("1 of 1 questions have no published answer.", read.Remarks);
    }

    [Theory]
    [InlineData(PublishedBenchmark.VideoMme, "video-mme.jsonl", true)]
    [InlineData(PublishedBenchmark.MvBench, "mvbench/action_antonym.json,mvbench/action_localization.json", false)]
    public void An_imported_benchmark_is_read_back_and_verified(PublishedBenchmark benchmark, string files, bool hasSubtitles)
    {
        var subtitles = hasSubtitles ? new Dictionary<string, string>(StringComparer.Ordinal) { ["-made_up1"] = "first\n\"second\"" } : null;
        var rendered = PublishedSets.Render(benchmark, Read(benchmark, files), subtitles, [new SourceFile("metadata", "x.json", new string('0', 64), 1)], "0.0");
        new BenchmarkFolderWriter(_folder.FullName).Write(rendered.Files);

        var opened = BenchmarkFolder.Open(_folder.FullName);

        Assert.Equal(benchmark, opened.Manifest.PublishedBenchmark);
        Assert.Empty(BenchmarkVerifier.Verify(opened).Violations);
        foreach (var set in opened.Manifest.Sets)
        {
            var questions = opened.ReadSet(set.Strategy).Questions;
            Assert.Equal(questions.Average(question => 1.0 / question.Options.Count), set.Chance, 12);
            Assert.Equal(set.Strategy == PublishedSets.WithSubtitles, questions[0].Subtitles == "first\n\"second\"");
            Assert.Equal(set.Strategy == PublishedSets.WithSubtitles, questions[^1].Subtitles == SubtitleFile.None);
        }
    }

    [Fact]
    public void A_changed_truth_is_found()
    {
        var questions = Read(PublishedBenchmark.NextQa, "nextqa.csv");
        var rendered = PublishedSets.Render(PublishedBenchmark.NextQa, [questions[0] with { AnswerIndex = 3 }, .. questions.Skip(1)], null, [], "0.0");
        new BenchmarkFolderWriter(_folder.FullName).Write(rendered.Files);

        var violation = Assert.Single(BenchmarkVerifier.Verify(BenchmarkFolder.Open(_folder.FullName)).Violations);

        Assert.Equal(("truth-text", 1), (violation.Invariant, violation.Line));
    }

    private static string PromptOf(PublishedBenchmark benchmark, Question question) => PromptBuilder.Message(
        new PromptSettings { Published = benchmark, Perspective = PromptPerspective.None, HasVideo = false },
        new PromptInput { DurationSeconds = 0, NamedFrames = 0, Options = question.Options, Question = question.Text, Subtitles = question.Subtitles });

    private static IReadOnlyList<Question> Read(PublishedBenchmark benchmark, string files) =>
        PublishedQuestions.Read(benchmark, [.. files.Split(',').Select(file => Path.Combine(Metadata, file))], hasBounds: false).Questions;

    private static string Complaint(PublishedBenchmark benchmark, string file) =>
        Assert.Throws<InputException>(() => PublishedQuestions.Read(benchmark, [file], hasBounds: false)).Message;

    private string Write(string name, string text) => _folder.Write(name, text);
}
