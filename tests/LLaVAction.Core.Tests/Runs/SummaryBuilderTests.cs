using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

/// <summary>Every figure of a summary against a run of a few lines, counted by hand.</summary>
public sealed class SummaryBuilderTests
{
    private readonly SyntheticRun _run = new(4, rotations: 1);

    [Fact]
    public void Each_status_is_counted_under_its_own_name()
    {
        var statuses = new[]
        {
            ResultStatus.Ok, ResultStatus.Unparsed, ResultStatus.Unparsed, ResultStatus.DecodeError, ResultStatus.MissingVideo, ResultStatus.MissingVideo,
            ResultStatus.MissingVideo, ResultStatus.ShortVideo, ResultStatus.ShortVideo, ResultStatus.NoAnswer, ResultStatus.Refused, ResultStatus.Truncated,
            ResultStatus.Truncated, ResultStatus.Truncated,
        };
        var run = new SyntheticRun(16, rotations: 1);
        var cell = Cell(run, (question, clip) => clip < statuses.Length ? SyntheticRun.Failure(question, 8, 0) with { Status = statuses[clip] } : null);

        Assert.Equal((16, 1, 2, 2), (cell.Questions, cell.Answered, cell.Unparsed, cell.WithoutResult));
        Assert.Equal((1, 3, 2, 1), (cell.DecodeErrors, cell.MissingVideos, cell.ShortVideos, cell.NoAnswers));
        Assert.Equal((1, 3), (cell.Refused, cell.Truncated));
        Assert.Equal((2 + 1 + 3, 1 + 3 + 2 + 1), (cell.Unreadable, cell.Failed));
    }

    [Fact]
    public void Letters_and_generated_answers_agree_where_both_can_be_read_and_are_the_same()
    {
        // Agree, differ, no letter read, no generated answer asked.
        Dictionary<string, int?>[] predictions =
        [
            new() { ["letter"] = 1, ["staged"] = 1 },
            new() { ["letter"] = 1, ["staged"] = null },
            new() { ["letter"] = null, ["staged"] = 1 },
            new() { ["letter"] = 1 },
        ];
        double[] masses = [0.9, 0.1, 0.3, 0.5];
        string?[] rules = ["letter", "phrase", "letter", null];
        var cell = Cell(_run, (question, clip) => SyntheticRun.Line(question, 8, 0) with { Predictions = predictions[clip], LetterMass = masses[clip], Rule = rules[clip] });

        Assert.Equal(0.5, cell.LetterTextAgreement);
        Assert.Equal(0.45, cell.MeanLetterMass!.Value, 12);
        Assert.True(cell.HasLowLetterMass);
        Assert.Equal(new Dictionary<string, int> { ["letter"] = 2, ["phrase"] = 1 }, cell.Rules);
        Assert.Null(cell.Rotations);
        Assert.Null(cell.Recognition);
        Assert.Null(cell.Direct);
    }

    [Fact]
    public void Why_a_clip_failed_is_no_rule_and_enough_letter_mass_is_not_low()
    {
        var cell = Cell(_run, static (question, clip) => clip == 0
            ? SyntheticRun.Failure(question, 8, 0) with { Rule = "no frames" }
            : SyntheticRun.Line(question, 8, 0) with { LetterMass = 0.9 });

        Assert.Empty(cell.Rules);
        Assert.False(cell.HasLowLetterMass);
    }

    [Fact]
    public void A_run_without_answers_has_an_accuracy_of_0_and_none_of_answers()
    {
        var cell = Cell(_run, static (question, _) => SyntheticRun.Failure(question, 8, 0));
        Assert.Equal((0.0, null), (cell.Accuracy, cell.AccuracyAnswered));
    }

    [Fact]
    public void Captions_are_not_scored_and_free_descriptions_have_no_chance()
    {
        var caption = Cell(_run, static (question, _) => SyntheticRun.Line(question, 8, 0), PromptTask.Caption);
        Assert.Equal((null, null, null), (caption.Accuracy, caption.AccuracyAnswered, caption.Chance));
        Assert.Empty(caption.AccuracyByScoring);
        Assert.Null(caption.Direct);
    }

    [Fact]
    public void A_description_is_right_by_verb_by_noun_and_by_both()
    {
        // The truth is verb 2, noun 13: both, the verb, the noun (its verb unnamed), and a clip that failed.
        (int? Verb, int? Noun)[] read = [(2, 13), (2, 5), (null, 13)];
        var cell = Cell(
            _run,
            (question, clip) => clip == 3
                ? SyntheticRun.Failure(question, 8, 0)
                : SyntheticRun.Failure(question, 8, 0) with { Status = ResultStatus.Ok, Predictions = new Dictionary<string, int?> { ["verb_class"] = read[clip].Verb, ["noun_class"] = read[clip].Noun } },
            PromptTask.Direct);

        Assert.Equal(new DirectSummary(0.5, 0.5, 0.25, 1), cell.Direct);
        Assert.Equal(new DirectSummary(null, null, null, null), Cell(_run, static (question, _) => SyntheticRun.Failure(question, 8, 0), PromptTask.Direct).Direct);
    }

    [Fact]
    public void Recognition_ranks_the_truth_among_the_candidates()
    {
        // The best option is the true one, another, unread, and true by its text alone.
        var results = Merge(
            _run,
            (question, clip) => clip switch
            {
                2 => SyntheticRun.Failure(question, 8, 0),
                3 => SyntheticRun.Line(question, 8, 0) with { LetterLogprobs = null, LetterMass = null, PredictedIndex = question.AnswerIndex, IsCorrect = true, Predictions = new Dictionary<string, int?> { ["staged"] = question.AnswerIndex } },
                _ => Best(SyntheticRun.Line(question, 8, 0), (question.AnswerIndex!.Value + clip) % 5),
            },
            PromptTask.MultipleChoice,
            Protocol.Recognition);
        var scores = SummaryBuilder.Build(results).Cells[0].Recognition!;

        // No other option has the truth's noun, so that it ranks as the action does.
        Assert.Equal((4, 0.5, 0.5), (scores.Rows, scores.ActionTop1, scores.NounTop1));
        Assert.Equal((0.75, 0.75, 0.75, 1.0, 0.0), (scores.ActionTop5, scores.VerbTop5, scores.NounTop5, scores.RecallCeiling, scores.DumpTop1));

        static ResultLine Best(ResultLine line, int option) => line with
        {
            LetterLogprobs = [.. Enumerable.Range(0, 5).Select(other => Math.Log(other == option ? 0.6 : 0.1))],
            Predictions = new Dictionary<string, int?> { ["letter"] = option },
            PredictedIndex = option,
            IsCorrect = option == line.AnswerIndex,
        };
    }

    [Fact]
    public void Chance_is_0_where_a_question_has_no_answer()
    {
        var sets = _run.Sets.Select(static set => set with { Questions = [.. set.Questions.Select(static (question, clip) => clip == 0 ? question with { AnswerIndex = null } : question)] }).ToArray();
        var results = RunResults.Merge(_run.Record.Identity, sets, []);
        Assert.Equal(0.15, SummaryBuilder.Build(results).Cells[0].Chance!.Value, 12);
    }

    [Fact]
    public void Times_are_summed_over_all_lines()
    {
        var run = new SyntheticRun(2);
        var lines = run.Lines(Shard.Whole).Select(static line => line with { DecodeMilliseconds = 1, VisionMilliseconds = 2, PrefillMilliseconds = 3.5, QuestionMilliseconds = 0.0004 }).ToArray();
        var times = SummaryBuilder.Build(RunResults.Merge(run.Record.Identity, run.Sets, [("r", new ResultFile(lines, 0, 0))])).Times;

        // 2 clips × 2 sets × 2 frame counts × 2 rotations.
        Assert.Equal(new RunTimes(16, 32, 56, 0.006), times);
    }

    [Fact]
    public void A_set_is_described_by_its_own_entry()
    {
        var summary = SummaryBuilder.Build(RunResults.Merge(_run.Record.Identity, _run.Sets, []));
        Assert.Equal(
            [("random", Provenance.Unstated), ("random", Provenance.Unstated), ("tim", Provenance.Simulated), ("tim", Provenance.Simulated)],
            summary.Cells.Select(static cell => (cell.Strategy, cell.Provenance)));
    }

    private static CellSummary Cell(SyntheticRun run, Func<Question, int, ResultLine?> lineOf, PromptTask task = PromptTask.MultipleChoice) =>
        SummaryBuilder.Build(Merge(run, lineOf, task, Protocol.Mqa)).Cells[0];

    private static RunResults Merge(SyntheticRun run, Func<Question, int, ResultLine?> lineOf, PromptTask task, Protocol protocol)
    {
        var identity = run.Record.Identity;
        identity = identity with { Prompt = identity.Prompt with { Task = task }, Benchmark = identity.Benchmark with { Protocol = protocol } };
        return RunResults.Merge(identity, run.Sets, [("results", new ResultFile([.. run.Sets[0].Questions.Select(lineOf).OfType<ResultLine>()], 0, 0))]);
    }
}
