using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Tables;

namespace LLaVAction.Tests.Comparison;

public sealed class RunComparisonTests
{
    [Fact]
    public void Accuracy_and_interval_equal_a_plain_recomputation()
    {
        var run = MadeUpRuns.Of("strong", 0.7);

        var cell = Compare(run).Cells[0];

        var rows = run.Results.Read(new RunCell("random", 8)).ToArray();
        var mean = rows.Average(static row => row.Result!.IsCorrect == true ? 1.0 : 0.0);
        var clusters = rows.GroupBy(static row => row.Question.VideoId).ToArray();
        var squares = clusters.Sum(cluster => Math.Pow(cluster.Sum(row => (row.Result!.IsCorrect == true ? 1 : 0) - mean), 2) / (1 - ((double)cluster.Count() / rows.Length)));
        var standardError = Math.Sqrt(squares) / rows.Length;
        Assert.Equal(mean, cell.Summary.Accuracy!.Value, 1e-12);
        Assert.Equal(mean, cell.ByVideo.Estimate, 1e-12);
        Assert.Equal(standardError, cell.ByVideo.StandardError, 1e-12);
        Assert.True(cell.ByVideo.Lower < mean && mean < cell.ByVideo.Upper);
        Assert.Equal(clusters.Length, cell.Videos.Count);
        Assert.Equal(5, cell.Participants.Count);
        Assert.Equal((ClusterUnit.Participant, cell.ByParticipant), (cell.Unit, cell.Interval));
    }

    [Fact]
    public void Questions_of_one_participant_are_clustered_by_video_and_a_note_says_so()
    {
        var comparison = Compare(MadeUpRuns.Of("one kitchen", 0.7, participants: 1));

        var cell = comparison.Cells[0];
        Assert.Equal((ClusterUnit.Video, cell.ByVideo), (cell.Unit, cell.Interval));
        Assert.False(cell.ByParticipant.IsEstimable);
        Assert.Contains(comparison.Notes, static note => note.Contains("all questions are of one participant", StringComparison.Ordinal));
        Assert.All(comparison.Pairs, static pair => Assert.Equal(ClusterUnit.Video, pair.Unit));
    }

    [Fact]
    public void A_run_beside_itself_has_no_p_nothing_detectable_and_an_interval_as_wide_as_its_questions_allow()
    {
        var run = MadeUpRuns.Of("same", 0.7);
        var other = run with { Label = "again", Record = run.Record with { } };

        var pair = Compare(run, other).Pairs.First(static pair => pair.DiffersIn == "model");

        Assert.Equal((0.0, 0, 0), (pair.Difference.Estimate, pair.OnlyFirstRight, pair.OnlySecondRight));
        Assert.True(double.IsNaN(pair.PValue) && double.IsNaN(pair.HolmPValue) && double.IsNaN(pair.MinimalDetectableDifference));
        Assert.True(pair.Difference.Upper >= 1 - Math.Pow(0.025, 1.0 / MadeUpRuns.Clips), $"{pair.Difference}");
        Assert.Equal(-pair.Difference.Upper, pair.Difference.Lower, 1e-12);
    }

    [Fact]
    public void Pairs_differ_in_one_thing_alone_and_are_counted_question_by_question()
    {
        var strong = MadeUpRuns.Of("strong", 0.8);
        var weak = MadeUpRuns.Of("weak", 0.5);

        var comparison = Compare(weak, strong);

        // Two models of 2 sets × 2 frame counts: 4 pairs across models, and in each model 2 across sets and 2 across frames.
        Assert.Equal(12, comparison.Pairs.Count);
        var pair = comparison.Pairs.First(static pair => pair.DiffersIn == "model");
        var first = weak.Results.Read(new RunCell("random", 8)).ToArray();
        var second = strong.Results.Read(new RunCell("random", 8)).ToArray();
        Assert.Equal(first.Zip(second).Count(static both => !Right(both.First) && Right(both.Second)), pair.OnlySecondRight);
        Assert.Equal(
            second.Average(static row => Right(row) ? 1.0 : 0) - first.Average(static row => Right(row) ? 1.0 : 0),
            pair.Difference.Estimate,
            1e-12);
        Assert.True(pair.PValue < 0.05 && pair.PValueByVideo < 0.001, "30 points are no chance.");
        Assert.Equal(ClusterUnit.Participant, pair.Unit);
        Assert.All(comparison.Pairs, static pair => Assert.True(pair.HolmPValue >= pair.PValue));
        Assert.All(comparison.Pairs, static pair => Assert.Equal(pair.DiffersIn != "strategy", pair.HasSameQuestions));

        static bool Right(AskedQuestion row) => row.Result!.IsCorrect == true;
    }

    [Fact]
    public void Missing_results_count_as_wrong_and_are_said()
    {
        var comparison = Compare(MadeUpRuns.Of("half", 1, answered: MadeUpRuns.Clips / 2));

        Assert.Equal(0.5, comparison.Cells[0].Summary.Accuracy!.Value, 1e-12);
        Assert.False(comparison.Cells[0].CoversItsSet);
        Assert.Contains(comparison.Notes, static note => note.Contains("480 of 960", StringComparison.Ordinal));
        Assert.Contains("120 of 240", Text(ComparisonTables.Accuracy(comparison.Cells)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_split_is_a_partition_of_the_questions()
    {
        var files = new SplitFiles(
            new TailClasses(new HashSet<int> { 2 }, new HashSet<int>()),
            new UnseenParticipants(new HashSet<string> { "P03" }),
            null);

        var cell = RunComparison.Of([MadeUpRuns.Of("any", 0.5)], files).Cells.First(static cell => cell.Summary.Strategy == "tim");

        Assert.Equal(
            ["class", "clip length", "distractor may be true", "participant", "rank of the truth"],
            cell.Splits.Select(static group => group.Split).Distinct().Order(StringComparer.Ordinal));
        Assert.All(cell.Splits.GroupBy(static group => group.Split), split =>
        {
            Assert.Equal(MadeUpRuns.Clips, split.Sum(static group => group.Questions));
            Assert.Equal(cell.Summary.Correct, split.Sum(static group => group.Correct));
        });
        Assert.Equal(48, cell.Splits.Single(static group => group.Group == "unseen").Questions);
    }

    [Fact]
    public void A_blind_run_of_the_same_model_corrects_its_letter_prior()
    {
        // Blind, the model always prefers A by far; with video it prefers A too, but a little less when A is wrong.
        var seeing = MadeUpRuns.Of("biased", 0.5, change: static line => Scores(line, line.AnswerIndex == 0 ? 4 : 3, line.AnswerIndex!.Value));
        var blind = MadeUpRuns.Of("biased", 0.5, control: Control.Blind, change: static line => Scores(line, 4, -1));

        var comparison = Compare(seeing, blind);

        Assert.Equal(1, comparison.Cells[0].PriorCorrected!.PerQuestion, 1e-12);
        Assert.Equal(1, comparison.Cells[0].PriorCorrected!.MeanLetter, 1e-12);
        Assert.Contains(comparison.Pairs, static pair => pair.DiffersIn == "control");

        static ResultLine Scores(ResultLine line, double preferenceOfA, int answer)
        {
            var values = Enumerable.Range(0, 5).Select(option => (option == 0 ? preferenceOfA : 0) + (option == answer ? 1 : 0.0)).ToArray();
            var total = LetterScores.LogSumExp(values);
            return line with { LetterLogprobs = [.. values.Select(value => value - total)], PredictedIndex = 0, IsCorrect = line.AnswerIndex == 0 };
        }
    }

    [Fact]
    public void Position_bias_is_seen()
    {
        var cell = Compare(MadeUpRuns.Of("always A", 0, change: static line => line with { PredictedIndex = 0, IsCorrect = line.AnswerIndex == 0 })).Cells[0];

        Assert.Equal(1, cell.Positions!.Letters[0].ChoiceRate);
        Assert.Equal(1, cell.Positions.Letters[0].Accuracy);
        Assert.Equal(0, cell.Positions.Letters[1].Accuracy);
        Assert.True(cell.Positions.ChoiceTest!.PValue < 1e-100);
    }

    [Fact]
    public void Simulated_sets_carry_the_word_in_every_row_and_format()
    {
        var comparison = Compare(MadeUpRuns.Of("any", 0.5));

        foreach (var table in ComparisonTables.All(comparison).Select(static section => section.Table))
        {
            var column = table.Columns.Count - 1;
            Assert.Equal("caveats", table.Columns[column].Key);

            // The set, or a dump that judges another set: wherever 'tim' stands, for it is simulated.
            Assert.All(table.Rows, row => Assert.Equal(
                row.Any(static value => value is string text && text.Contains("tim", StringComparison.Ordinal)),
                ((string)row[column]!).Contains("simulated", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Paper_figures_stand_only_beside_whole_runs_of_published_checkpoints()
    {
        var run = MadeUpRuns.Of("MLAdaptiveIntelligence/LLaVAction-7B@1234567", 0.7);
        var summary = SummaryBuilder.Build(run.Results).Cells.First(static cell => cell.Strategy == "tim" && cell.Frames == 16) with
        {
            QuestionsInSet = 9668,
            Questions = 9668,
            Provenance = Provenance.Measured,
        };

        Assert.Equal(0.734, PaperFigures.Find(run.Identity, summary)!.Accuracy);
        Assert.Null(PaperFigures.Find(run.Identity, summary with { Questions = 9667 }));
        Assert.Null(PaperFigures.Find(run.Identity, summary with { Provenance = Provenance.Simulated }));
        Assert.Null(PaperFigures.Find(run.Identity with { Control = Control.Blind }, summary));
        Assert.Null(PaperFigures.Find(run.Identity with { Model = run.Identity.Model with { Name = "my-model" } }, summary));
        Assert.Null(PaperFigures.Find(run.Identity with { Model = run.Identity.Model with { Name = "LLaVAction-7B" } }, summary));
    }

    private static RunComparison Compare(params ComparedRun[] runs) => RunComparison.Of(runs, SplitFiles.None);

    private static string Text(Table table)
    {
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        TableWriter.WriteText(table, writer);
        return writer.ToString();
    }
}
