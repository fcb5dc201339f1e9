using LLaVAction.Comparison;
using LLaVAction.Runs;
using LLaVAction.Statistics;

namespace LLaVAction.Tests.Comparison;

/// <summary>Which cells are paired, on which questions, and what is counted of them.</summary>
public sealed class PairAnalysisTests
{
    private static readonly ComparedRun Weak = MadeUpRuns.Of("weak", 0.4, participants: 24);
    private static readonly ComparedRun Strong = MadeUpRuns.Of("strong", 0.7, participants: 24);

    [Fact]
    public void Answers_are_paired_by_narration_id_whatever_the_order_and_extent_of_the_other_run()
    {
        var turned = Turned(Strong, static questions => [.. questions.Reverse().Skip(40)]);
        var pair = Assert.Single(PairAnalysis.Of([Cell(Weak), new CellAnswers(turned, new RunCell("random", 8))]));

        var second = turned.Results.Read(new RunCell("random", 8)).ToDictionary(static row => row.Question.Id);
        var shared = Weak.Results.Read(new RunCell("random", 8)).Where(row => second.ContainsKey(row.Question.Id)).ToArray();
        Assert.Equal(200, pair.Shared);
        Assert.Equal(shared.Count(row => !Right(row) && Right(second[row.Question.Id])), pair.OnlySecondRight);
        Assert.Equal(shared.Count(row => Right(row) && !Right(second[row.Question.Id])), pair.OnlyFirstRight);
        Assert.Equal((pair.OnlySecondRight - pair.OnlyFirstRight) / 200.0, pair.Difference.Estimate, 1e-12);
        Assert.Equal(McNemar.ExactPValue(pair.OnlyFirstRight, pair.OnlySecondRight), pair.McNemarPValue);
        Assert.Equal(("model", true, ClusterUnit.Participant), (pair.DiffersIn, pair.HasSameQuestions, pair.Unit));
    }

    [Fact]
    public void The_runs_exchanged_turn_the_difference_over_and_leave_its_p()
    {
        var forward = Assert.Single(PairAnalysis.Of([Cell(Weak), Cell(Strong)]));
        var backward = Assert.Single(PairAnalysis.Of([Cell(Strong), Cell(Weak)]));

        Assert.Equal(forward.Difference.Estimate, -backward.Difference.Estimate, 1e-12);
        Assert.Equal(forward.Difference.Lower, -backward.Difference.Upper, 1e-12);
        Assert.Equal(forward.DifferenceByVideo.Lower, -backward.DifferenceByVideo.Upper, 1e-12);
        Assert.Equal(forward.PValue, backward.PValue, 1e-12);
        Assert.Equal((forward.OnlyFirstRight, forward.OnlySecondRight), (backward.OnlySecondRight, backward.OnlyFirstRight));
    }

    [Fact]
    public void Questions_with_other_options_or_another_answer_are_not_the_same()
    {
        var other = Turned(Strong, static questions => [.. questions.Select(static (question, place) => place switch
        {
            0 => question with { Options = ["other", .. question.Options.Skip(1)] },
            1 => question with { AnswerIndex = (question.AnswerIndex + 1) % 5 },
            2 => question with { Narration = "the same question in a copy" },
            _ => question,
        })], answered: 0);

        Assert.Equal(238, Assert.Single(PairAnalysis.Of([Cell(Weak), new CellAnswers(other, new RunCell("random", 8))])).Shared);
        var none = Turned(Strong, static questions => [.. questions.Select(static question => question with { Id = "other " + question.Id })], answered: 0);
        Assert.Empty(PairAnalysis.Of([Cell(Weak), new CellAnswers(none, new RunCell("random", 8))]));
    }

    [Fact]
    public void Pairs_differ_in_model_control_strategy_or_frames_and_in_one_of_them_alone()
    {
        var blind = MadeUpRuns.Of("weak", 0.3, Control.Blind, participants: 24);
        var otherBlind = MadeUpRuns.Of("strong", 0.3, Control.Blind, participants: 24);
        CellAnswers[] cells = [Cell(Weak), Cell(Weak, "tim"), Cell(Weak, frames: 16), Cell(blind), Cell(Strong), Cell(otherBlind), Cell(Strong, "tim", 16)];

        Assert.Equal(
            ["0-1 strategy False", "0-2 frames True", "0-3 control True", "0-4 model True", "3-5 model True", "4-5 control True"],
            PairAnalysis.Of(cells).Select(static pair => $"{pair.First}-{pair.Second} {pair.DiffersIn} {pair.HasSameQuestions}"));
    }

    [Fact]
    public void The_family_of_Holms_correction_is_the_pairs_shown()
    {
        var pairs = PairAnalysis.Of([Cell(Weak), Cell(Weak, "tim"), Cell(Strong), Cell(Strong, "tim")]);

        Assert.Equal(4, pairs.Count);
        Assert.Equal(HolmCorrection.Adjust([.. pairs.Select(static pair => pair.PValue)]), pairs.Select(static pair => pair.HolmPValue));
        Assert.Contains(pairs, static pair => pair.HolmPValue > pair.PValue);
    }

    private static CellAnswers Cell(ComparedRun run, string strategy = "random", int frames = 8) => new(run, new RunCell(strategy, frames));

    private static bool Right(AskedQuestion row) => row.Result!.IsCorrect == true;

    // A run whose questions of one set are others, or in another order; its answers are kept where they fit.
    private static ComparedRun Turned(ComparedRun run, Func<IReadOnlyList<LLaVAction.Benchmarks.Question>, IReadOnlyList<LLaVAction.Benchmarks.Question>> change, int? answered = null)
    {
        var set = run.Results.Sets.Single(static set => set.Strategy == "random");
        var kept = set with { Questions = change(set.Questions) };
        var ids = kept.Questions.Select(static question => question.Id).ToHashSet(StringComparer.Ordinal);
        var lines = run.Results.Read(new RunCell("random", 8)).Where(row => ids.Contains(row.Question.Id)).Select(static row => row.Result!).Take(answered ?? int.MaxValue);
        return run with { Results = RunResults.Merge(run.Identity, [kept], [("results", new ResultFile([.. lines], 0, 0))]) };
    }
}
