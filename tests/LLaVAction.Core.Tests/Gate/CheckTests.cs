using System.Globalization;
using LLaVAction.Gate;
using LLaVAction.Runs;
using LLaVAction.Statistics;
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
    public void A_baseline_keeps_answers_that_could_not_be_read_and_text_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var run = MadeUpRuns.Of("modèle", 0.8, change: static line => line with { LetterLogprobs = null, LetterMass = null, PredictedIndex = null, IsCorrect = false, Predictions = new Dictionary<string, int?>() });
        var written = Baseline.From(run.Results, "run");
        BaselineFile.Write(folder["baseline.json"], written);

        Assert.Equal(written.Answers, BaselineFile.Read(folder["baseline.json"]).Answers);
        Assert.Contains("modèle", File.ReadAllText(folder["baseline.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema_version\":1", "\"schema_version\":7", "schema_version 7; this version of the tool reads 1")]
    [InlineData("\"id\":\"P01_00_1\"", "\"id\":\"P01_00_0\"", "question 'P01_00_0' of set 'random' stands in it twice")]
    [InlineData("\"letter_logprobs\":[", "\"letter_logprobs\":[-1e999,", "a log-probability of question 'P01_00_0' of set 'random' is not a finite number")]
    public void A_baseline_that_was_changed_is_refused(string before, string after, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder["baseline.json"];
        BaselineFile.Write(path, Baseline.From(Strong, "run"));
        var text = File.ReadAllText(path);
        var place = text.IndexOf(before, StringComparison.Ordinal);
        File.WriteAllText(path, text[..place] + after + text[(place + before.Length)..]);

        Assert.Contains(expected, Assert.Throws<InputException>(() => BaselineFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_baseline_that_is_not_there_says_how_to_make_one()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("--write-baseline", Assert.Throws<InputException>(() => BaselineFile.Read(folder["none.json"])).Message, StringComparison.Ordinal);
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
    public void A_margin_of_exactly_the_tolerance_is_a_near_tie()
    {
        static ResultLine Two(ResultLine line, int choice, double second) => line.Id == "P01_00_3"
            ? line with { LetterLogprobs = [-1, second, -9, -9, -9], PredictedIndex = choice }
            : line;
        var baseline = Baseline.From(MadeUpRuns.Of("strong", 0.8, change: static line => Two(line, 0, -1.5)).Results, "run");
        var clear = Baseline.From(MadeUpRuns.Of("strong", 0.8, change: static line => Two(line, 0, -1.5625)).Results, "run");
        var flipped = MadeUpRuns.Of("strong", 0.8, change: static line => Two(line, 1, -1.5)).Results;

        Assert.Equal(CheckVerdict.Passed, NumericCheck.Run(baseline, flipped, 0.5).Verdict);
        Assert.Equal(CheckVerdict.Worse, NumericCheck.Run(clear, flipped, 0.5).Verdict);
    }

    [Fact]
    public void The_five_largest_movements_are_told_largest_first()
    {
        // Clips 1 to 7 of the first video move by as many tenths; clip 7 takes another option too.
        var moved = MadeUpRuns.Of("strong", 0.8, change: static line => line is { Strategy: "random", Frames: 8 } && Number(line) is >= 1 and <= 7
            ? line with
            {
                LetterLogprobs = [line.LetterLogprobs![0] - (Number(line) / 10.0), .. line.LetterLogprobs.Skip(1)],
                PredictedIndex = Number(line) == 7 ? (line.PredictedIndex + 1) % 5 : line.PredictedIndex,
            }
            : line).Results;
        var before = Strong.Find(new ResultKey("P01_00_7", "random", 8, 0))!.PredictedIndex!.Value;

        var result = NumericCheck.Run(Baseline.From(Strong, "run"), moved, 0.02);

        Assert.Equal("7 of 960 answers moved beyond the tolerance of 0.02 nats (largest movement 0.7).", result.Reason);
        Assert.Equal(
            [
                $"P01_00_7, random, 8 frames, rotation 0: moved by 0.7, option {"ABCDE"[before]} became {"BCDEA"[before]}",
                .. new[] { 6, 5, 4, 3 }.Select(static clip => $"P01_00_{clip}, random, 8 frames, rotation 0: moved by 0.{clip}"),
            ],
            result.Details);
    }

    [Fact]
    public void Scores_on_one_side_alone_are_counted_and_told()
    {
        var lost = MadeUpRuns.Of("strong", 0.8, change: static line => line.Id == "P01_00_3" && line is { Strategy: "random", Frames: 8 }
            ? line with { LetterLogprobs = null, LetterMass = null }
            : line).Results;

        var result = NumericCheck.Run(Baseline.From(Strong, "run"), lost, 0.02);

        Assert.Equal("1 of 960 answers moved beyond the tolerance of 0.02 nats (largest movement 0; 1 without letter scores on one side).", result.Reason);
        Assert.Equal(["P01_00_3, random, 8 frames, rotation 0: no letter scores on one side"], result.Details);
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
        Assert.Equal(CheckVerdict.Passed, AccuracyCheck.Run(baseline, MadeUpRuns.Of("strong", 0.95).Results, 0.02).Verdict);
        var like = AccuracyCheck.Run(baseline, MadeUpRuns.Of("like", 0.6).Results, 0.001);
        Assert.Equal(CheckVerdict.Inconclusive, like.Verdict);
        Assert.Contains("would decide", like.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.002, CheckVerdict.Inconclusive)]
    [InlineData(0.01, CheckVerdict.Inconclusive)]
    [InlineData(0.5, CheckVerdict.Passed)]
    public void Answers_that_all_agree_pass_only_where_so_many_questions_bound_the_loss_by_the_margin(double margin, CheckVerdict expected)
    {
        var result = AccuracyCheck.Run(Baseline.From(Strong, "run"), Strong, margin);

        Assert.Equal(expected, result.Verdict);
        Assert.Contains("none of 240 answers (5 participants, effective n ", result.Reason, StringComparison.Ordinal);
        Assert.Equal(expected == CheckVerdict.Inconclusive, result.Reason.Contains(" questions would decide", StringComparison.Ordinal));
    }

    [Fact]
    public void Agreement_is_bounded_by_the_exact_binomial_on_the_effective_number_of_questions()
    {
        // Independent clips: every clip its own participant, so that the effective number is that of the questions.
        var independent = MadeUpRuns.Of("strong", 0.8, participants: MadeUpRuns.Clips).Results;
        var bound = 1 - Math.Pow(0.05, 1 / 240.0);

        Assert.Equal(CheckVerdict.Passed, AccuracyCheck.Run(Baseline.From(independent, "run"), independent, bound + 0.0002).Verdict);
        var narrow = AccuracyCheck.Run(Baseline.From(independent, "run"), independent, bound - 0.0002);
        Assert.Equal(CheckVerdict.Inconclusive, narrow.Verdict);
        Assert.Contains("a loss of up to 1.2 points is possible at 95 % confidence, margin 1.2: inconclusive", narrow.Reason, StringComparison.Ordinal);
        Assert.Contains("about 244 questions would decide", narrow.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_verdict_is_that_of_the_worst_cell()
    {
        var baseline = Baseline.From(MadeUpRuns.Of("perfect", 1).Results, "run");
        var lost = MadeUpRuns.Of("perfect", 1, change: static line => line is { Strategy: "random", Frames: 16 } && Number(line) % 2 == 0 ? Wrong(line) : line).Results;

        var result = AccuracyCheck.Run(baseline, lost, 0.5);

        Assert.NotEqual(CheckVerdict.Passed, result.Verdict);
        Assert.StartsWith("random, 16 frames: ", result.Reason, StringComparison.Ordinal);
        Assert.Equal(["random, 8 frames", "random, 16 frames", "tim, 8 frames", "tim, 16 frames"], result.Details.Select(static detail => detail[..detail.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void Questions_of_one_video_bound_nothing()
    {
        var one = MadeUpRuns.Of("one", 0.8, participants: 1, videos: 1).Results;

        var result = AccuracyCheck.Run(Baseline.From(one, "run"), one, 0.5);

        Assert.Equal(CheckVerdict.Inconclusive, result.Verdict);
        Assert.Contains("all 240 questions are of 1 video; ", result.Reason, StringComparison.Ordinal);
    }

    /// <summary>
    /// The sign of the margin, the figures told, and the nearer of the two bounds that would decide: n · (width / distance)²,
    /// from the interval of every question's change, as the rows have it.
    /// </summary>
    /// <param name="gained">Clips that become right.</param>
    /// <param name="lost">Clips that become wrong.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="isNearerToPassing">Whether the lower bound is the one that would decide.</param>
    [Theory]
    [InlineData(4, 4, 0.02, true)]
    [InlineData(2, 4, 0.02, true)]
    [InlineData(1, 8, 0.05, false)]
    [InlineData(0, 6, 0.03, false)]
    public void The_nearer_bound_says_how_many_questions_would_decide(int gained, int lost, double margin, bool isNearerToPassing)
    {
        // Clips in turn: right in the baseline where the number is odd, so that even ones can be gained and odd ones lost.
        var before = MadeUpRuns.Of("perfect", 1, participants: 60, change: static line => Number(line) % 2 == 0 ? Wrong(line) : line).Results;
        var after = MadeUpRuns.Of("perfect", 1, participants: 60, change: line =>
            (Number(line) % 2 == 0 ? Number(line) / 2 < gained : (Number(line) / 2) - 20 is var place && !(place >= 0 && place < lost)) ? line : Wrong(line)).Results;
        var rows = before.Read(new RunCell("random", 8)).Zip(after.Read(new RunCell("random", 8))).ToArray();
        var first = Sample(static pair => Right(pair.First));
        var second = Sample(static pair => Right(pair.Second));
        var change = Sample(static pair => Right(pair.Second) - Right(pair.First));
        var interval = ClusteredDifference.Interval(change, double.MaxNumber(ClusteredShare.DesignEffect(first), ClusteredShare.DesignEffect(second)), 0.90);
        var (width, distance) = isNearerToPassing
            ? (interval.Estimate - interval.Lower, interval.Estimate + margin)
            : (interval.Upper - interval.Estimate, -interval.Estimate);

        var result = AccuracyCheck.Run(Baseline.From(before, "run"), after, margin);

        Assert.Equal((gained - lost) / 240.0, interval.Estimate, 1e-12);
        Assert.Equal(
            FormattableString.Invariant($"random, 8 frames: accuracy changed by {100 * interval.Estimate:+0.0;-0.0;0.0} points (90 % interval {100 * interval.Lower:+0.0;-0.0;0.0} to {100 * interval.Upper:+0.0;-0.0;0.0}, 240 questions of 60 participants), margin {100 * margin:0.0}: inconclusive; about {Math.Ceiling(240 * Math.Pow(width / distance, 2)):0} questions would decide."),
            result.Details[0]);
        Assert.Equal(CheckVerdict.Inconclusive, result.Verdict);

        ClusteredSample Sample(Func<(AskedQuestion First, AskedQuestion Second), int> valueOf) =>
            ClusteredSample.From([.. rows.Select(valueOf)], [.. rows.Select(static pair => pair.First.Question.ParticipantId)]);
        static int Right(AskedQuestion row) => row.Result!.IsCorrect == true ? 1 : 0;
    }

    [Fact]
    public void No_number_of_questions_decides_a_margin_of_nothing() => Assert.Contains(
        "no number of questions decides a margin of 0", AccuracyCheck.Run(Baseline.From(Strong, "run"), Strong, 0).Reason, StringComparison.Ordinal);

    [Fact]
    public void A_loss_within_the_margin_passes_and_the_same_loss_beyond_it_does_not()
    {
        // Every eleventh clip, spread over the five participants, becomes wrong: 22 of 240 are 9.2 points.
        var baseline = Baseline.From(MadeUpRuns.Of("perfect", 1).Results, "run");
        var lost = MadeUpRuns.Of("perfect", 1, change: static line => Number(line) % 11 == 0 ? Wrong(line) : line).Results;

        Assert.Equal(CheckVerdict.Passed, AccuracyCheck.Run(baseline, lost, 0.35).Verdict);
        Assert.Equal(CheckVerdict.Worse, AccuracyCheck.Run(baseline, lost, 0.02).Verdict);
        Assert.Contains("accuracy changed by -9.2 points", AccuracyCheck.Run(baseline, lost, 0.02).Reason, StringComparison.Ordinal);
        var regained = AccuracyCheck.Run(Baseline.From(lost, "run"), MadeUpRuns.Of("perfect", 1).Results, 0.02);
        Assert.Equal(CheckVerdict.Passed, regained.Verdict);
        Assert.Contains("accuracy changed by +9.2 points", regained.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_letter_scores_only_choices_are_compared_and_the_verdict_says_so()
    {
        var text = MadeUpRuns.Of("strong", 0.8, change: static line => line with { LetterLogprobs = null, LetterMass = null });

        var result = NumericCheck.Run(Baseline.From(text.Results, "run"), text.Results, 0.02);

        Assert.Equal(CheckVerdict.Passed, result.Verdict);
        Assert.Contains("there are no letter scores, so smaller changes would not show", result.Reason, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Worse, NumericCheck.Run(Baseline.From(Strong, "run"), text.Results, 0.02).Verdict);
        var other = MadeUpRuns.Of("strong", 0.8, change: static line => line with
        {
            LetterLogprobs = null,
            LetterMass = null,
            PredictedIndex = line.Id == "P01_00_3" ? (line.PredictedIndex + 1) % 5 : line.PredictedIndex,
        });
        Assert.Equal(CheckVerdict.Worse, NumericCheck.Run(Baseline.From(text.Results, "run"), other.Results, 0.02).Verdict);
    }

    [Fact]
    public void A_model_is_what_it_holds_and_its_name_a_label()
    {
        var identity = Strong.Identity;
        var renamed = identity with { Model = identity.Model with { Name = "another folder" } };
        var edited = identity with { Model = identity.Model with { Hash = "9" } };

        Assert.Empty(RunIdentityDifference.Between(identity, renamed));
        Assert.Equal((CheckMode.Numeric, "numeric mode: the model's content and settings are the baseline's"), Comparability.ChooseMode(identity, renamed, CheckMode.Auto));
        Assert.Equal((CheckMode.Numeric, "numeric mode, as asked"), Comparability.ChooseMode(identity, renamed with { ToolVersion = "9" }, CheckMode.Numeric));
        Assert.Equal((CheckMode.Accuracy, "accuracy mode: model.hash differs from the baseline"), Comparability.ChooseMode(identity, edited, CheckMode.Auto));
        Assert.Contains("model.hash is", Assert.Throws<InputException>(() => Comparability.ChooseMode(identity, edited, CheckMode.Numeric)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_content_is_unknown_is_known_by_its_name()
    {
        var server = Strong.Identity with { Model = Strong.Identity.Model with { Hash = null } };

        Assert.Empty(RunIdentityDifference.Between(server, server));
        Assert.Equal("model.name", Assert.Single(RunIdentityDifference.Between(server, server with { Model = server.Model with { Name = "other" } })).Name);
        Assert.Equal("model.hash", Assert.Single(RunIdentityDifference.Between(server, Strong.Identity)).Name);
        var other = server with { Model = server.Model with { Name = "other", Settings = new Dictionary<string, string> { ["pooling"] = "average" } } };
        Assert.Equal("accuracy mode: model.settings.pooling differs from the baseline", Comparability.ChooseMode(server, other, CheckMode.Auto).Reason);
    }

    [Fact]
    public void Other_settings_are_not_comparable_and_the_message_names_them()
    {
        var other = Strong.Identity with { Control = Control.Blind };

        var message = Assert.Throws<InputException>(() => Comparability.Require(Strong.Identity, other)).Message;

        Assert.Contains("control", message, StringComparison.Ordinal);
        Comparability.Require(Strong.Identity, Strong.Identity with { ToolVersion = "9", Model = Strong.Identity.Model with { Hash = "other", Precision = "bfloat16" } });
    }

    private static int Number(ResultLine line) =>
        (10 * int.Parse(line.Id.AsSpan(4, 2), CultureInfo.InvariantCulture)) + int.Parse(line.Id.AsSpan(7), CultureInfo.InvariantCulture);

    private static ResultLine Wrong(ResultLine line) => line with
    {
        LetterLogprobs = [.. line.LetterLogprobs!.Skip(1), line.LetterLogprobs![0]],
        Predictions = new Dictionary<string, int?> { ["letter"] = (line.AnswerIndex + 4) % 5 },
        PredictedIndex = (line.AnswerIndex + 4) % 5,
        IsCorrect = false,
    };
}
