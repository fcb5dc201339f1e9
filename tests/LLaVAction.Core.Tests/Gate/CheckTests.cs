using LLaVAction.Gate;
using LLaVAction.Runs;
using LLaVAction.Testing;
using LLaVAction.Tests.Comparison;

namespace LLaVAction.Core.Tests.Gate;

public sealed class CheckTests
{
    private static readonly RunResults Strong = MadeUpRuns.Of("strong", 0.8).Results;

    [Fact]
    public void A_baseline_is_read_back_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        var path = folder["baseline.json"];
        BaselineFile.Write(path, Baseline.From(Strong, "run"));

        var baseline = BaselineFile.Read(path);

        Assert.Equal(960, baseline.Answers.Count);
        Assert.Equal(CheckVerdict.Passed, NumericCheck.Run(baseline, Strong, 0).Verdict);
        Assert.Equal(CheckVerdict.Passed, AccuracyCheck.Run(baseline, Strong, 0).Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"schema_version\":1}")]
    [InlineData("[1,2")]
    public void A_file_that_is_no_baseline_is_refused(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["baseline.json"], content);

        Assert.Contains("not a baseline", Assert.Throws<InputException>(() => BaselineFile.Read(folder["baseline.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_incomplete_run_makes_no_baseline()
    {
        Assert.Throws<InputException>(() => Baseline.From(MadeUpRuns.Of("half", 1, answered: 10).Results, "run"));
    }

    [Theory]
    [InlineData(0.01, CheckVerdict.Passed)]
    [InlineData(0.05, CheckVerdict.Worse)]
    public void A_log_probability_may_move_within_the_tolerance(double movement, CheckVerdict expected)
    {
        var moved = MadeUpRuns.Of("strong", 0.8, change: line => line.Id == "P01_00_3"
            ? line with { LetterLogprobs = [line.LetterLogprobs![0] + movement, .. line.LetterLogprobs.Skip(1)] }
            : line);

        Assert.Equal(expected, NumericCheck.Run(Baseline.From(Strong, "run"), moved.Results, 0.02).Verdict);
    }

    [Fact]
    public void A_changed_prediction_counts_only_where_its_margin_was_clear()
    {
        static ResultLine Tie(ResultLine line) => line.Id == "P01_00_3"
            ? line with { LetterLogprobs = [-1, -1.001, -3, -3, -3], PredictedIndex = 0 }
            : line;
        var baseline = Baseline.From(MadeUpRuns.Of("strong", 0.8, change: Tie).Results, "run");

        var tie = MadeUpRuns.Of("strong", 0.8, change: static line => line.Id == "P01_00_3" ? Tie(line) with { PredictedIndex = 1 } : line);
        var clear = MadeUpRuns.Of("strong", 0.8, change: static line => line.Id == "P01_00_4"
            ? Tie(line) with { PredictedIndex = (line.PredictedIndex + 1) % 5 }
            : Tie(line));

        Assert.Equal(CheckVerdict.Passed, NumericCheck.Run(baseline, tie.Results, 0.02).Verdict);
        Assert.Contains("4 near-ties", NumericCheck.Run(baseline, tie.Results, 0.02).Reason, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Worse, NumericCheck.Run(baseline, clear.Results, 0.02).Verdict);
    }

    [Fact]
    public void An_incomplete_run_that_agrees_so_far_is_inconclusive()
    {
        var half = MadeUpRuns.Of("strong", 0.8, answered: 100).Results;

        Assert.Equal(CheckVerdict.Inconclusive, NumericCheck.Run(Baseline.From(Strong, "run"), half, 0.02).Verdict);
        Assert.Equal(CheckVerdict.Inconclusive, AccuracyCheck.Run(Baseline.From(Strong, "run"), half, 0.02).Verdict);
    }

    [Fact]
    public void A_much_weaker_model_is_worse_a_stronger_one_passes_and_a_like_one_is_inconclusive_on_few_questions()
    {
        var baseline = Baseline.From(MadeUpRuns.Of("middle", 0.6).Results, "run");

        Assert.Equal(CheckVerdict.Worse, AccuracyCheck.Run(baseline, MadeUpRuns.Of("weak", 0.3).Results, 0.02).Verdict);
        Assert.Equal(CheckVerdict.Passed, AccuracyCheck.Run(baseline, MadeUpRuns.Of("strong", 0.9).Results, 0.02).Verdict);
        var like = AccuracyCheck.Run(baseline, MadeUpRuns.Of("like", 0.6).Results, 0.001);
        Assert.Equal(CheckVerdict.Inconclusive, like.Verdict);
        Assert.Contains("would decide", like.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_settings_are_not_comparable_and_the_message_names_them()
    {
        var other = Strong.Identity with { Control = "blind" };

        var message = Assert.Throws<InputException>(() => Comparability.Require(Strong.Identity, other)).Message;

        Assert.Contains("control", message, StringComparison.Ordinal);
        Comparability.Require(Strong.Identity, Strong.Identity with { Model = Strong.Identity.Model with { Name = "other" } });
        Assert.True(Comparability.IsSameModel(Strong.Identity, Strong.Identity with { ToolVersion = "9" }));
        Assert.False(Comparability.IsSameModel(Strong.Identity, Strong.Identity with { Model = Strong.Identity.Model with { Hash = "9" } }));
    }
}
