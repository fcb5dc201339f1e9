using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Native;
using LLaVAction.Torch.Training;
using LLaVAction.Training;
using LLaVAction.Video.Frames;
using LLaVAction.Video.Layouts;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Training;

/// <summary>Whole runs on tiny models: what they write, and what becomes of them when they are interrupted.</summary>
public sealed class TrainingRunTests
{
    private const int Steps = 4;

    internal static readonly TrainerSettings Settings = new()
    {
        MaximumSteps = Steps,
        BatchSize = 2,
        Accumulation = 2,
        LearningRate = 1e-3,
        TowerLearningRate = 1e-3,
        Frames = 2,
        ActionToken = ActionTokenMode.OneToken,
        ActionTypes = new ActionHeadSizes(7, 11, 13),
    };

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_interrupted_run_ends_with_the_bits_of_one_that_was_not(bool usesAdapters)
    {
        using var folder = Open(out var model);
        var settings = usesAdapters ? Settings with { Lora = new LoraSettings(4, 8, 0.2, LoraSettings.AllTargets) } : Settings;
        var whole = Run(model, folder["whole"], settings);
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(model, folder["cut"], settings, CancelAfterTwo, cancellationToken: source.Token));

        var resumed = Run(model, folder["cut"], settings);

        Assert.Equal(Path.GetFileName(whole.Checkpoint), Path.GetFileName(resumed.Checkpoint));
        foreach (var file in new[] { "model.safetensors", "training_state.safetensors", "training_state.json", "config.json" })
        {
            Assert.True(File.ReadAllBytes(Path.Combine(whole.Checkpoint, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(resumed.Checkpoint, file))), file);
        }

        Assert.Equal(Steps, FormatSchemas.RequireLines("metrics", File.ReadAllText(Path.Combine(folder["cut"], "metrics.jsonl"))));

        void CancelAfterTwo(TrainingStep step)
        {
            if (step.Step == 2)
            {
                source.Cancel();
            }
        }
    }

    [SkippableFact]
    public void The_best_checkpoint_is_kept_beside_the_last_and_an_interrupted_evaluation_is_asked_again()
    {
        using var folder = Open(out var model);
        var accuracies = new Dictionary<string, double> { ["checkpoint-000001"] = 0.1, ["checkpoint-000002"] = 0.9, ["checkpoint-000003"] = 0.9, ["checkpoint-000004"] = 0.3 };
        var asked = new List<string>();
        var isInterrupted = true;
        TrainingEvaluation Evaluate(string checkpoint, CancellationToken cancellationToken)
        {
            asked.Add(Path.GetFileName(checkpoint));
            return isInterrupted && asked.Count == 3 ? throw new OperationCanceledException() : new(accuracies[asked[^1]], 10, new Dictionary<string, double> { ["random"] = accuracies[asked[^1]] });
        }

        Assert.ThrowsAny<OperationCanceledException>(() => Run(model, folder["run"], Settings, saveEvery: 1, evaluate: Evaluate));
        isInterrupted = false;
        var outcome = Run(model, folder["run"], Settings, saveEvery: 1, evaluate: Evaluate);

        Assert.Equal(["checkpoint-000001", "checkpoint-000002", "checkpoint-000003", "checkpoint-000003", "checkpoint-000004"], asked);
        Assert.Equal(("checkpoint-000002", 0.9), (Path.GetFileName(outcome.Best!.Value.Folder), outcome.Best.Value.Evaluation.Accuracy));
        Assert.Equal(["checkpoint-000002", "checkpoint-000004"], Directory.GetDirectories(folder["run"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var metrics = TrainingMetrics.Read(folder["run/metrics.jsonl"]);
        Assert.Equal([1, 2, 3, 4], metrics.Steps.Select(static step => step.Step));
        Assert.Equal([0.1, 0.9, 0.9, 0.3], metrics.Evaluations.Values.Select(static evaluation => evaluation.Accuracy));
        Assert.Equal(8, FormatSchemas.RequireLines("metrics", File.ReadAllText(folder["run/metrics.jsonl"])));
    }

    [SkippableFact]
    public void A_trained_checkpoint_runs_on_both_engines_alike_and_has_changed()
    {
        using var folder = Open(out var model);
        var trained = Run(model, folder["run"], Settings).Checkpoint;
        PromptGroup group = new(null, [], [new PromptRequest("What is done?", ["A", "B"], 0)]);

        using var torch = TestEngine.Load(trained, new ModelOptions());
        using var cpu = new LLaVAction.Cpu.CpuEngine().LoadModel(trained, new ModelOptions());
        using var untrained = TestEngine.Load(model, new ModelOptions());
        double[] Ask(IVideoLanguageModel asked) => [.. asked.Answer([group], CancellationToken.None)[0].Answers[0].CandidateLogProbabilities!];

        Assert.All(Ask(torch).Zip(Ask(cpu)), pair => Assert.InRange(pair.First - pair.Second, -1e-3, 1e-3));
        Assert.NotEqual(Ask(untrained)[0], Ask(torch)[0], 1e-2);
        Assert.Equal("one_token", torch.Description.Settings["action_token"]);
    }

    [SkippableFact]
    public void Merged_adapters_give_the_logits_of_hooked_ones()
    {
        using var folder = Open(out var model);
        using var scope = NewDisposeScope();
        using var origin = Checkpoint.Open(model);
        var settings = Settings with { Lora = new LoraSettings(4, 8, 0, LoraSettings.AllTargets) };
        using var trained = TrainableModel.Load(origin, settings, ComputeDevice.Of(new ModelOptions { Device = "cpu" }));
        using var noGradients = no_grad();
        foreach (var adapter in trained.Adapters)
        {
            adapter.B.uniform_(-0.1, 0.1);
        }

        Directory.CreateDirectory(folder["merged"]);
        new CheckpointWriter(origin, trained, settings).WriteModel(folder["merged"]);
        using var merged = Checkpoint.Open(folder["merged"]);
        using var plain = TrainableModel.Load(merged, Settings, ComputeDevice.Of(new ModelOptions { Device = "cpu" }));
        var embeddings = trained.Model.Embed([1, 5, 9, 300, 7]).unsqueeze(0);

        var expected = HostTensors.ToArray(trained.Model.Logits(trained.Model.call(embeddings)));
        var actual = HostTensors.ToArray(plain.Model.Logits(plain.Model.call(embeddings)));

        var largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.First - pair.Second, -1e-5 * largest, 1e-5 * largest));
        Assert.Equal(3 * 7, trained.Adapters.Count);
    }

    [SkippableFact]
    public void Clips_that_cannot_be_decoded_are_counted_and_all_of_them_are_an_error()
    {
        using var folder = Open(out var model);
        Assert.Equal(4, Run(model, folder["some"], Settings, missing: row => row % 4 == 0).Skipped);
        var message = Assert.Throws<InputException>(() => Run(model, folder["none"], Settings, missing: _ => true)).Message;
        Assert.Contains("training split", message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateDirectories(folder["none"]));
    }

    [SkippableFact]
    public void A_loss_that_is_no_number_ends_the_run_and_leaves_the_last_checkpoint()
    {
        using var folder = Open(out var model);
        var message = Assert.Throws<InputException>(() => Run(model, folder["run"], Settings with { LearningRate = 1e30, MaximumSteps = 10, WarmUp = 0 }, saveEvery: 1)).Message;

        Assert.Contains("last good checkpoint", message, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.EnumerateDirectories(folder["run"], "checkpoint-*"));
    }

    [SkippableFact]
    public void A_folder_of_another_run_is_refused()
    {
        using var folder = Open(out var model);
        Run(model, folder["run"], Settings);
        Assert.Contains("other rows, settings, questions, model or device", Assert.Throws<InputException>(() => Run(model, folder["run"], Settings with { Seed = 7 })).Message, StringComparison.Ordinal);
    }

    internal static TemporaryFolder Open(out string model)
    {
        TestEngine.Require();
        const string Checkpoint = "models/tiny-action/orig";
        Skip.IfNot(Directory.Exists(GoldenFolder.PathOf(Checkpoint)), "no model goldens");
        var folder = new TemporaryFolder();
        model = folder["model"];
        Directory.CreateDirectory(model);
        foreach (var file in Directory.EnumerateFiles(GoldenFolder.PathOf(Checkpoint)).Concat(Directory.EnumerateFiles(GoldenFolder.PathOf("tokenizer/tiny"), "tokenizer*.json")))
        {
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        }

        return folder;
    }

    internal static TrainingOutcome Run(
        string model,
        string output,
        TrainerSettings settings,
        Action<TrainingStep>? onStep = null,
        Func<int, bool>? missing = null,
        int saveEvery = 100,
        Func<string, CancellationToken, TrainingEvaluation>? evaluate = null,
        IReadOnlyList<TrainingRow>? rows = null,
        MediaFolder? replay = null,
        CheckpointContent content = CheckpointContent.Merged,
        CancellationToken cancellationToken = default) =>
        new TrainingRun(new TrainingRequest
        {
            Model = model,
            Rows = rows ?? [.. Enumerable.Range(0, 16).Select(Row)],
            Replay = replay,
            Content = content,
            Videos = new MadeUpFrames(missing ?? (_ => false)),
            Output = output,
            Settings = settings,
            Options = new ModelOptions { Device = "cpu", Precision = "float32" },
            SaveEvery = saveEvery,
            Keep = 1,
            Evaluation = evaluate is null ? null : new PeriodicEvaluation("questions", evaluate),
            OnStep = (step, _) => onStep?.Invoke(step),
        }).Run(cancellationToken);

    internal static TrainingRow Row(int number) => new()
    {
        Video = "P01-P01_01",
        Id = "P01-P01_01",
        NarrationId = FormattableString.Invariant($"P01_01_{number}"),
        QuestionType = number % 2 == 0 ? QuestionTypes.MultipleChoiceNarration : QuestionTypes.Direct,
        Conversations = number % 2 == 0
            ? [new("human", "['A. open tap', \"B. dry man's cup\", 'C. cut onion']"), new("gpt", "A. open tap")]
            : [new("human", ""), new("gpt", "open tap")],
        StartTimestamp = number,
        EndTimestamp = number + 1.5,
        VerbId = number % 7,
        NounId = number % 11,
        ActionId = number % 13,
    };

    /// <summary>Frames of a clip's own, from its start.</summary>
    private sealed class MadeUpFrames(Func<int, bool> missing) : IFrameReader
    {
        public string Layout => "epic";

        public Task<ClipFrames> ReadAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
            => missing((int)clip.StartSeconds)
                ? throw new FrameReadException(FrameReadFailure.MissingVideo, "no video P01_01.MP4.")
                : Task.FromResult(SyntheticClip.Of((int)clip.StartSeconds, frameCounts[0]));
    }
}
