using System.Text.Json;
using LLaVAction.Epic;
using LLaVAction.Evaluation.Actions;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Recognizers;
using LLaVAction.Recognizers.Writing;
using LLaVAction.Runs;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests.Actions;

/// <summary>A dump is the same whatever shards, kills and restarts it was made by.</summary>
public sealed class ActionPredictionRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AnnotationFile _annotations;
    private readonly AnnotationPool _pool;

    public ActionPredictionRunTests()
    {
        Skip.IfNot(File.Exists(GoldenFolder.PathOf("avion-tiny/EPIC_100_validation.csv")), "no avion-tiny in the golden folder");
        _annotations = EpicCsvReader.Read(GoldenFolder.PathOf("avion-tiny/EPIC_100_validation.csv"));
        _pool = AnnotationPool.Unite(_annotations);
    }

    [SkippableFact]
    public async Task Shards_and_restarts_do_not_change_a_byte()
    {
        await RunAsync("whole.csv", new FakeFrames());
        for (var shard = 1; shard <= 3; shard++)
        {
            await RunAsync("parts.csv", new FakeFrames(), request => request with { Shard = new Shard(shard, 3), DecodeWorkers = 2 });
            Assert.Equal(shard == 3, File.Exists(_folder["parts.csv"]));
        }

        // Stopped after every clip, and the last record torn each time.
        for (var start = 0; start < 40 && !File.Exists(_folder["torn.csv"]); start++)
        {
            using var stop = new CancellationTokenSource();
            var clips = 0;
            try
            {
                await Run("torn.csv").ExecuteAsync(new FakeFrames(), _ => { if (++clips == 2) { stop.Cancel(); } }, default, stop.Token);
            }
            catch (OperationCanceledException)
            {
                using var part = File.OpenWrite(_folder["torn.csv.parts/1of1.scores"]);
                part.SetLength(part.Length - 5);
            }
        }

        Assert.Equal(File.ReadAllText(_folder["whole.csv"]), File.ReadAllText(_folder["parts.csv"]));
        Assert.Equal(File.ReadAllText(_folder["whole.csv"]), File.ReadAllText(_folder["torn.csv"]));
    }

    [SkippableFact]
    public async Task Nothing_is_scored_twice_and_another_format_costs_nothing()
    {
        await RunAsync("dump.csv", new FakeFrames());
        var again = new FakeFrames();

        var description = await RunAsync("dump.csv", again, request => request with { Format = DumpFormat.AvionPickle });

        Assert.Empty(again.Reads);
        using var dump = PredictionDumpReader.Read(_folder["dump.csv"], new PredictionRequest { Annotations = _annotations, Pool = _pool });
        Assert.Equal(PredictionFormat.AvionPickle, dump.Format);
        Assert.Equal(12, dump.Rankings.Count);
        Assert.Equal("measured", description!.Provenance);
        Assert.Equal(0, description.InSampleClips);
    }

    [SkippableFact]
    public async Task A_clip_without_frames_is_a_row_with_a_status_and_never_another_clips_scores()
    {
        var frames = new FakeFrames { Failures = { ["P90_01_3"] = FrameReadFailure.MissingVideo, ["P90_01_5"] = FrameReadFailure.DecodeError } };

        var description = await RunAsync("dump.csv", frames);

        Assert.Equal(new Dictionary<string, string> { ["P90_01_3"] = "missing_video", ["P90_01_5"] = "decode_error" }, description!.Failed);
        Assert.DoesNotContain("P90_01_3,", File.ReadAllText(_folder["dump.csv"]), StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<InputException>(() => RunAsync("dump.csv", frames, request => request with { Format = DumpFormat.AvionPickle }));
        Assert.Contains("2 clips could not be read", refused.Message, StringComparison.Ordinal);

        var mended = await RunAsync("dump.csv", new FakeFrames(), request => request with { RetriesFailed = true });
        await RunAsync("whole.csv", new FakeFrames());
        Assert.Empty(mended!.Failed);
        Assert.Equal(File.ReadAllText(_folder["whole.csv"]), File.ReadAllText(_folder["dump.csv"]));
    }

    [SkippableFact]
    public async Task Scores_of_another_run_are_refused_by_what_differs()
    {
        await RunAsync("dump.csv", new FakeFrames());

        var refused = Assert.Throws<InputException>(() => Run("dump.csv", request => request with { Settings = new Dictionary<string, string> { ["layout"] = "chunks" } }));

        Assert.Contains("layout is chunks, there epic", refused.Message, StringComparison.Ordinal);
        Assert.Contains("model is other, there fake", Assert.Throws<InputException>(() => Run("dump.csv", scorer: new FakeScorer(_pool.Classes.Classes, "other"))).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Clips_of_training_videos_are_counted_as_in_sample()
    {
        var description = await RunAsync("dump.csv", new FakeFrames(), request => request with { TrainingVideos = new HashSet<string>(StringComparer.Ordinal) { "P90_01" } });

        Assert.Equal(12, description!.InSampleClips);
        using var json = JsonDocument.Parse(File.ReadAllBytes(_folder["dump.csv.json"]));
        Assert.Equal(12, json.RootElement.GetProperty("in_sample_clips").GetInt32());
        Assert.Equal("epic", json.RootElement.GetProperty("settings").GetProperty("layout").GetString());
    }

    [SkippableFact]
    public async Task Vectors_are_kept_where_they_are_asked_for()
    {
        var run = Run("dump.csv", static request => request with { Features = 2 });
        await run.ExecuteAsync(new FakeFrames(), static _ => { }, default, CancellationToken.None);

        run.WriteFeatures(_folder["features.safetensors"]);

        using var file = SafetensorsFile.Open(_folder["features.safetensors"]);
        Assert.Equal([12L, 2], file.Tensors["features"].Shape);
        var vectors = file.Tensors["features"].ToFloat32();
        Assert.Equal(12, vectors.Where((_, i) => i % 2 == 0).Distinct().Count());
        Assert.All(vectors.Where((_, i) => i % 2 == 1), static value => Assert.Equal(2, value));
        Assert.Equal(12 * 8, file.Tensors["rows"].ByteLength);
    }

    [SkippableFact]
    public async Task What_it_will_cost_is_measured_on_clips_that_can_be_read_and_these_are_not_read_again()
    {
        var frames = new FakeFrames { Failures = { ["P90_01_0"] = FrameReadFailure.MissingVideo } };
        var run = Run("dump.csv");

        var cost = await run.EstimateAsync(frames, CancellationToken.None);

        Assert.Equal(12, cost!.Clips);
        Assert.Equal(12 * 7e9, cost.Operations);
        Assert.Equal(cost.Total.Ticks, (cost.ModelPerClip + cost.DecodePerClip).Ticks * 12);
        Assert.False(Directory.Exists(_folder["dump.csv.parts"]));

        Assert.Equal(3, frames.Reads.Count);
        await run.ExecuteAsync(frames, static _ => { }, default, CancellationToken.None);
        Assert.Equal(13, frames.Reads.Count);
        Assert.All(frames.Reads.CountBy(static read => read.Clip), static clip => Assert.Equal(clip.Key == "P90_01_0" ? 2 : 1, clip.Value));
        await RunAsync("unestimated.csv", new FakeFrames { Failures = { ["P90_01_0"] = FrameReadFailure.MissingVideo } });
        Assert.Equal(File.ReadAllText(_folder["unestimated.csv"]), File.ReadAllText(_folder["dump.csv"]));
    }

    public void Dispose() => _folder.Dispose();

    private Task<DumpDescription?> RunAsync(string output, FakeFrames frames, Func<ActionPredictionRequest, ActionPredictionRequest>? change = null) =>
        Run(output, change).ExecuteAsync(frames, static _ => { }, default, CancellationToken.None);

    private ActionPredictionRun Run(string output, Func<ActionPredictionRequest, ActionPredictionRequest>? change = null, IClipScorer? scorer = null)
    {
        var request = new ActionPredictionRequest
        {
            Annotations = _annotations,
            Rows = [.. Enumerable.Range(0, _annotations.Clips.Count)],
            Output = _folder[output],
            Policy = new FramePolicy(FramePolicyKind.Avion),
            Settings = new Dictionary<string, string> { ["layout"] = "epic" },
        };
        return new ActionPredictionRun(change?.Invoke(request) ?? request, scorer ?? new FakeScorer(_pool.Classes.Classes, "fake"));
    }

    /// <summary>Scores that follow from the pixels alone.</summary>
    private sealed class FakeScorer(IReadOnlyList<ActionClass> classes, string name) : IClipScorer
    {
        public ModelDescription Description { get; } = new()
        {
            Name = name,
            Hash = name,
            Engine = "fake",
            Device = "cpu",
            Precision = "float32",
            Settings = new Dictionary<string, string>(),
            OverriddenSettings = new Dictionary<string, string>(),
        };

        public IReadOnlyList<ActionClass> Classes => classes;

        public int Frames => 4;

        public int PreferredClips => 3;

        public double? OperationsPerClip => 7e9;

        public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["frames"] = "4" };

        public IReadOnlyList<ClipScores> Score(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken) => [.. clips.Select(clip =>
        {
            var random = new KeyedRandom(1, Convert.ToHexString(clip.Frames[0].Span), "scores");
            float[] logits = [.. classes.Select(_ => (float)random.NextDouble())];
            return new ClipScores(logits, Models.Recognizers.ViewAverage.Of([logits]).Probabilities, [logits[0], 2]);
        })];

        public void Dispose()
        {
        }
    }
}
