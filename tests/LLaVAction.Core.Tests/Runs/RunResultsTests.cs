using CsCheck;
using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using LLaVAction.Testing;

namespace LLaVAction.Tests.Runs;

public sealed class RunResultsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SyntheticRun _run = new(30);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(50)]
    public void Parts_merge_into_the_same_summary(int count)
    {
        var whole = Summary(1);

        Assert.Equal(whole, Summary(count));
        Assert.Contains("\"is_complete\": true", whole, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_dealt_out_to_files_in_any_way_merge_into_the_same_summary()
    {
        var lines = _run.Lines(Shard.Whole).ToArray();
        var whole = RunJson.ToBytes(SummaryBuilder.Build(Merge(lines)));
        Gen.Int[0, 4].Array[lines.Length].Select(Gen.Shuffle(Enumerable.Range(0, lines.Length).ToArray())).Sample(
            (files, order) =>
            {
                var parts = order.GroupBy(index => files[index]).Select(part => ($"results-{part.Key + 1}of5.jsonl", new ResultFile([.. part.Select(index => lines[index])], 0, 0)));
                return RunJson.ToBytes(SummaryBuilder.Build(RunResults.Merge(_run.Record.Identity, _run.Sets, parts))).AsSpan().SequenceEqual(whole);
            },
            iter: 20);
    }

    [Fact]
    public void Missing_lines_are_counted_and_the_run_is_not_complete()
    {
        var results = Merge([.. _run.Lines(Shard.Whole).Skip(3)]);
        var summary = SummaryBuilder.Build(results);

        Assert.False(results.IsComplete);
        Assert.Equal((237, 240), (results.Present, results.Expected));
        Assert.Equal(2, summary.Cells.Sum(cell => cell.WithoutResult));
    }

    [Fact]
    public void Last_line_of_a_key_wins_but_never_a_failure_over_an_answer()
    {
        var question = _run.Sets[0].Questions[0];
        var answer = SyntheticRun.Line(question, 8, 0);
        var failure = SyntheticRun.Failure(question, 8, 0);
        var second = answer with { LetterMass = 0.25 };

        Assert.Equal(ResultStatus.Ok, Merge([failure, answer]).Find(answer.Key)!.Status);
        Assert.Equal(ResultStatus.Ok, Merge([answer, failure]).Find(answer.Key)!.Status);
        Assert.Equal(0.25, Merge([answer, second]).Find(answer.Key)!.LetterMass);
    }

    [Fact]
    public void Results_of_another_benchmark_are_refused()
    {
        var line = SyntheticRun.Line(_run.Sets[0].Questions[0], 8, 0);
        (ResultLine Line, string Complaint)[] foreign =
        [
            (line with { Strategy = "avion" }, "strategy 'avion'"),
            (line with { Id = "P99_01_0" }, "id 'P99_01_0'"),
            (line with { Frames = 32 }, "32 frames"),
            (line with { Rotation = 2 }, "rotation 2"),
            (line with { Rotation = -1 }, "rotation -1"),
            (line with { AnswerIndex = (line.AnswerIndex + 1) % 5 }, "answer or options"),
            (line with { PredictedIndex = 5 }, "answer or options"),
            (line with { LetterLogprobs = [-1, -1] }, "answer or options"),
            (line with { OptionOrder = [1, 0] }, "answer or options"),
        ];

        Assert.All(foreign, each =>
        {
            var message = Assert.Throws<InputException>(() => Merge([each.Line])).Message;
            Assert.StartsWith("some.jsonl line 1: ", message, StringComparison.Ordinal);
            Assert.Contains(each.Complaint, message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_line_of_a_task_without_options_has_an_empty_order() =>
        Assert.NotNull(Merge([SyntheticRun.Line(_run.Sets[0].Questions[0], 8, 0) with { OptionOrder = [] }]));

    [Fact]
    public void Accuracy_counts_every_question_asked()
    {
        var lines = _run.Lines(Shard.Whole).ToList();
        var index = lines.FindIndex(line => line is { Frames: 8, Rotation: 0, Strategy: "tim", IsCorrect: true });
        lines[index] = SyntheticRun.Failure(_run.Sets[1].Questions.First(question => question.Id == lines[index].Id), 8, 0);

        var cell = SummaryBuilder.Build(Merge(lines)).Cells.Single(cell => cell is { Strategy: "tim", Frames: 8 });

        Assert.Equal((30, 29, 1), (cell.Questions, cell.Answered, cell.DecodeErrors));
        Assert.Equal((double)cell.Correct / 30, cell.Accuracy);
        Assert.Equal((double)cell.Correct / 29, cell.AccuracyAnswered);
        Assert.Equal(cell.Accuracy, cell.AccuracyByScoring["letter"]);
        Assert.Equal(0.2, cell.Chance!.Value, 12);
        Assert.Equal(2, cell.Rotations!.Rotations);
    }

    [Fact]
    public void Random_weights_and_simulated_dumps_are_said()
    {
        Assert.Equal(["random weights", "simulated"], SummaryBuilder.Build(Merge([.. _run.Lines(Shard.Whole)])).Caveats);
    }

    [Fact]
    public void Figures_on_synthetic_clips_say_so_whatever_the_set()
    {
        var recorded = _run.Record.Identity with { Model = _run.Record.Identity.Model with { HasRandomWeights = false } };
        var rendered = recorded with { Benchmark = recorded.Benchmark with { IsSynthetic = true } };

        Assert.Equal(["synthetic"], SummaryBuilder.Caveats(rendered, Provenance.Unstated));
        Assert.Empty(SummaryBuilder.Caveats(recorded, Provenance.Unstated));
    }

    private string Summary(int count)
    {
        var path = _folder[$"run-{count}"];
        var joined = RunFolder.Join(path, _run.Record, _run.Sets, SyntheticRun.Manifest);
        for (var index = 1; index <= count; index++)
        {
            using var log = ResultLog.Open(Path.Combine(path, new Shard(index, count).FileName), out _);
            foreach (var line in _run.Lines(new Shard(index, count)))
            {
                log.Append(line);
            }
        }

        return System.Text.Encoding.UTF8.GetString(RunJson.ToBytes(SummaryBuilder.Build(joined.ReadResults())));
    }

    private RunResults Merge(IReadOnlyList<ResultLine> lines) =>
        RunResults.Merge(_run.Record.Identity, _run.Sets, [("some.jsonl", new ResultFile(lines, 0, 0))]);
}
