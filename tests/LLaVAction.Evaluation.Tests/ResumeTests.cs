using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public async Task Interrupted_anywhere_and_started_again_gives_the_same_summary()
    {
        await Kitchen.RunAsync(_kitchen.Request("whole"), new FakeModel(), new FakeFrames());
        var expected = _kitchen.Summary("whole");
        var random = new KeyedRandom(7, "resume", "moments");

        for (var attempt = 0; attempt < 20; attempt++)
        {
            var output = $"run-{attempt}";
            await InterruptAsync(output, random.NextInt32(12));

            // What a kill in the middle of a write leaves behind.
            var file = Path.Combine(_kitchen[output], "results-1of1.jsonl");
            using (var stream = File.Open(file, FileMode.Open))
            {
                stream.SetLength(Math.Max(0, stream.Length - random.NextInt32(700)));
            }

            await Kitchen.RunAsync(_kitchen.Request(output), new FakeModel { PreferredClips = 1 + (attempt % 3) }, new FakeFrames());

            Assert.Equal(expected, _kitchen.Summary(output));
            Assert.Equal(96, _kitchen.Lines(output).Select(line => line.Key).Distinct().Count());
            Assert.Equal(96, _kitchen.Lines(output).Count);
        }
    }

    [Fact]
    public async Task Complete_run_started_again_asks_nothing()
    {
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());
        var model = new FakeModel();
        var frames = new FakeFrames();

        var report = await Kitchen.RunAsync(_kitchen.Request("run"), model, frames);

        Assert.Empty(model.Groups);
        Assert.Empty(frames.Reads);
        Assert.Equal(0, report.Outcome.Lines);
        Assert.True(report.Summary.IsComplete);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Parts_done_by_independent_processes_give_the_same_summary(int count)
    {
        await Kitchen.RunAsync(_kitchen.Request("whole"), new FakeModel(), new FakeFrames());

        var parts = Enumerable.Range(1, count).Select(index => Task.Run(() =>
            Kitchen.RunAsync(_kitchen.Request("parts", shard: new Shard(index, count)), new FakeModel(), new FakeFrames())));
        var reports = await Task.WhenAll(parts);

        Assert.Equal(96, reports.Sum(report => report.Outcome.Lines));
        Assert.Equal(_kitchen.Summary("whole"), _kitchen.Summary("parts"));
    }

    [Fact]
    public async Task Other_number_of_parts_goes_on_where_the_first_stopped()
    {
        await Kitchen.RunAsync(_kitchen.Request("whole"), new FakeModel(), new FakeFrames());
        await Kitchen.RunAsync(_kitchen.Request("run", shard: new Shard(2, 3)), new FakeModel(), new FakeFrames());
        Assert.False(File.Exists(_kitchen["run/summary.json"]));
        var frames = new FakeFrames();

        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), frames);

        Assert.Equal(8, frames.Reads.Count);
        Assert.Equal(_kitchen.Summary("whole"), _kitchen.Summary("run"));
    }

    [Fact]
    public async Task Other_settings_are_refused_and_nothing_changes()
    {
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());
        var before = File.ReadAllBytes(_kitchen["run/results-1of1.jsonl"]);

        var error = await Assert.ThrowsAsync<InputException>(() =>
            Kitchen.RunAsync(_kitchen.Request("run", Kitchen.Settings with { FrameCounts = [4] }), new FakeModel(), new FakeFrames()));

        Assert.Contains("--frames: the run has [4,8], this command has [4]", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_kitchen["run/results-1of1.jsonl"]));
    }

    [Fact]
    public async Task Failed_clips_are_rows_and_are_tried_again_only_when_asked()
    {
        var failing = new FakeFrames { Failures = { ["P01_11_1"] = FrameReadFailure.MissingVideo, ["P01_12_2"] = FrameReadFailure.DecodeError } };
        await Kitchen.RunAsync(_kitchen.Request("whole"), new FakeModel(), new FakeFrames());

        var first = await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), failing);
        var again = new FakeFrames();
        var second = await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), again);

        Assert.True(first.Summary.IsComplete);
        Assert.Equal((2, 16), (first.Outcome.FailedClips, first.FailedResults));
        Assert.Empty(again.Reads);
        Assert.Equal(16, second.FailedResults);
        var cell = first.Summary.Cells[0];
        Assert.Equal((1, 1, 10, 12), (cell.MissingVideos, cell.DecodeErrors, cell.Answered, cell.Questions));
        Assert.All(
            _kitchen.Lines("run").Where(line => line.Status.IsFailure()),
            line => Assert.Equal((false, null, 0, true), (line.IsCorrect, line.PredictedIndex, line.FrameSeconds.Count, line.Rule!.Contains(".MP4", StringComparison.Ordinal))));

        var third = await Kitchen.RunAsync(_kitchen.Request("run", retriesFailed: true), new FakeModel(), again);

        Assert.Equal(["P01_11_1", "P01_12_2"], again.Reads.Select(read => read.Clip).Order());
        Assert.Equal(0, third.FailedResults);
        Assert.Equal(_kitchen.Summary("whole"), _kitchen.Summary("run"));
    }

    [Fact]
    public async Task Clip_that_lost_one_line_is_asked_that_question_alone()
    {
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());
        var file = _kitchen["run/results-1of1.jsonl"];
        var lines = File.ReadAllLines(file);
        File.WriteAllLines(file, lines.Where((_, i) => i != 17));
        var model = new FakeModel();
        var frames = new FakeFrames();

        await Kitchen.RunAsync(_kitchen.Request("run"), model, frames);

        Assert.Single(frames.Reads);
        Assert.Single(Assert.Single(model.Groups).Requests);
        Assert.Equal(
            lines.Select(RemoveCosts).Order(StringComparer.Ordinal),
            File.ReadAllLines(file).Select(RemoveCosts).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Cancelled_run_keeps_what_is_done()
    {
        using var cancellation = new CancellationTokenSource();
        var model = new FakeModel();
        model.OnAnswer = () =>
        {
            if (model.Groups.Count >= 8)
            {
                cancellation.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Kitchen.RunAsync(_kitchen.Request("run"), model, new FakeFrames(), cancellation.Token));

        Assert.InRange(_kitchen.Lines("run").Count, 32, 48);
        Assert.Equal(0, model.LiveClips);
        await Kitchen.RunAsync(_kitchen.Request("run"), new FakeModel(), new FakeFrames());
        Assert.Equal(96, _kitchen.Lines("run").Count);
    }

    [SkippableFact]
    public void Output_that_cannot_be_written_is_one_clear_error()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.UserName == "root" && !Directory.Exists("/proc"), "needs a folder that nobody can write to");

        var error = Assert.Throws<InputException>(() =>
            EvaluationRun.Open(_kitchen.Request("x") with { Output = "/proc/llavaction-run" }, new FakeModel().Description, "epic"));

        Assert.Contains("cannot keep a run here", error.Message, StringComparison.Ordinal);
    }

    private static string RemoveCosts(string line) => line[..line.IndexOf("\"decode_ms\"", StringComparison.Ordinal)];

    private async Task InterruptAsync(string output, int afterCalls)
    {
        var model = new FakeModel();
        var calls = 0;
        model.OnAnswer = () =>
        {
            if (calls++ == afterCalls)
            {
                throw new InvalidOperationException("killed");
            }
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => Kitchen.RunAsync(_kitchen.Request(output), model, new FakeFrames()));
    }
}
