using LLaVAction.Runs;

namespace LLaVAction.Evaluation.Tests;

public sealed class BatchCheckTests : IDisposable
{
    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public async Task Questions_asked_alone_agree_with_a_model_that_makes_no_batches()
    {
        var model = new FakeModel { PreferredClips = 4 };

        var report = await Kitchen.RunAsync(_kitchen.Request("run") with { VerifiedBatchQuestions = 10 }, model, new FakeFrames());

        Assert.Equal(new BatchCheckResult { Questions = 10, Flips = 0, LargestDrift = 0, NearTies = 0, Scored = 96 }, report.Batches!.Check);
        Assert.All(model.Groups.TakeLast(10), group => Assert.Single(group.Requests));
        Assert.Equal(96, _kitchen.Lines("run").Count);
        Assert.Contains("\"largest_drift\": 0", File.ReadAllText(_kitchen["run/batches-1of1.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flips_drift_and_near_ties_are_counted()
    {
        var model = new FakeModel { Alone = new FakeModel { Shift = 2 } };

        var report = await Kitchen.RunAsync(_kitchen.Request("run") with { VerifiedBatchQuestions = 96 }, model, new FakeFrames());

        // Without the shift, a question whose last letter shown was best by less than 2 nats chooses another.
        var lines = _kitchen.Lines("run");
        double[] margins = [.. lines.Select(line => line.LetterLogprobs!.OrderDescending().ToArray()).Select(scores => scores[0] - scores[1])];
        var lastIsBest = lines.Select((line, i) => line.LetterLogprobs![line.OptionOrder[^1]] == line.LetterLogprobs.Max() && margins[i] < 2);
        var check = report.Batches!.Check!;
        Assert.Equal(96, check.Questions);
        Assert.Equal(lastIsBest.Count(flips => flips), check.Flips);
        Assert.NotEqual(0, check.Flips);
        Assert.InRange(check.LargestDrift, 0.01, 2);
        Assert.Equal(margins.Count(margin => margin <= check.LargestDrift), check.NearTies);
    }

    [Fact]
    public async Task Remarks_of_the_model_are_kept_with_the_run()
    {
        var model = new FakeModel { BatchShape = "4 frames", Remarks = ["Out of memory with 8 frames at a time; went on with 4."] };

        var report = await Kitchen.RunAsync(_kitchen.Request("run"), model, new FakeFrames());

        Assert.Null(report.Batches!.Check);
        Assert.Contains("\"batch_shape\": \"4 frames\"", File.ReadAllText(_kitchen["run/batches-1of1.json"]), StringComparison.Ordinal);
        Assert.Contains("went on with 4", File.ReadAllText(_kitchen["run/batches-1of1.json"]), StringComparison.Ordinal);
        Assert.Null((await Kitchen.RunAsync(_kitchen.Request("other"), new FakeModel(), new FakeFrames())).Batches);
        Assert.False(File.Exists(_kitchen["other/batches-1of1.json"]));
    }
}
