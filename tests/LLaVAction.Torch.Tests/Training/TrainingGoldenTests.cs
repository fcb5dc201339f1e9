using System.Text.Json;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Testing;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Native;
using LLaVAction.Torch.Training;
using LLaVAction.Training;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Training;

/// <summary>Masks, losses, gradients and optimizer steps against PyTorch's (tests/Goldens/training).</summary>
public sealed class TrainingGoldenTests
{
    private const int Steps = 20;

    public static IEnumerable<object?[]> Files() => GoldenFolder.Rows("training", "golden_*.json");

    /// <summary>One row per task.</summary>
    public static IEnumerable<object?[]> Tasks() => GoldenFolder.RowsOf(
        File.Exists(GoldenFolder.PathOf("training/masks.json"))
            ? [.. GoldenFolder.Json("training/masks.json").EnumerateArray().Select(row => row.GetProperty("task").GetString()!)]
            : []);

    /// <summary>The same with the published vocabulary; its ids are in the repository, the vocabulary is not.</summary>
    public static IEnumerable<object?[]> PublishedTasks() => GoldenFolder.RowsOf([.. Published().Select(static row => row.GetProperty("task").GetString()!)]);

    [SkippableTheory]
    [MemberData(nameof(Tasks))]
    public void Labels_are_those_of_the_original(string? task)
    {
        Skip.If(task is null, "no training goldens");
        var golden = Conversation(task);

        var tokens = Tokens(golden, LabelMask.Original);

        Assert.Equal(Integers(golden, "ids"), tokens.Ids);
        Assert.Equal(Integers(golden, "labels"), tokens.Labels);
    }

    [SkippableTheory]
    [MemberData(nameof(PublishedTasks))]
    public void Labels_are_those_of_the_original_with_the_merges_of_Qwen2(string task)
    {
        var vocabulary = GoldenFolder.PathOf("tokenizer/qwen2");
        Skip.IfNot(Directory.Exists(vocabulary), "needs the vocabulary of Qwen2, which is not shipped");
        var golden = Published().First(row => row.GetProperty("task").GetString() == task);

        var tokens = SupervisedTokens.Of(Turns(golden), ByteLevelTokenizer.Open(vocabulary), LabelMask.Original);

        Assert.Equal(Integers(golden, "ids"), tokens.Ids);
        Assert.Equal(Integers(golden, "labels"), tokens.Labels);
    }

    // PyTorch's own ways to bfloat16 stray from float32 by up to a spread; so may ours.
    [SkippableFact]
    public void Twenty_steps_in_bfloat16_stray_no_further_from_float32_than_those_of_PyTorch()
    {
        const string Name = "tiny-action_one_token_last_layer";
        var file = $"training/golden_{Name}.json";
        using var run = new GoldenRun(File.Exists(GoldenFolder.PathOf(file)) ? file : null, recomputes: true, "bfloat16");
        using var optimizer = new Optimizer(run.Trained, run.Settings, new LearningRateSchedule(Steps, run.WarmUpSteps));
        var losses = new List<double>();
        for (var step = 0; step < Steps; step++)
        {
            for (var micro = 0; micro < 2; micro++)
            {
                using var scope = NewDisposeScope();
                losses.Add(optimizer.Accumulate([run.Example(losses.Count % 4)], "")[0]);
            }

            optimizer.Move(2);
        }

        var spread = GoldenFolder.Json("training/bfloat16.json").GetProperty(Name).EnumerateArray()
            .Max(way => Distance(way.EnumerateArray().Select(static loss => loss.GetDouble())));
        Assert.InRange(Distance(losses), 1e-4, spread);

        double Distance(IEnumerable<double> curve) => Math.Sqrt(curve.Zip(run.Losses, static (loss, wide) => Math.Pow((loss - wide) / wide, 2)).Average());
    }

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Loss_and_every_gradient_are_those_of_PyTorch(string? file)
    {
        using var run = new GoldenRun(file, recomputes: true);
        using var scope = NewDisposeScope();
        foreach (var row in new[] { 0, 1 })
        {
            var loss = TrainingLoss.Of(run.Trained.Model, [run.Example(row)], run.Settings);
            Close(run.Losses[row], loss.Total.item<float>(), 1e-5, $"loss of row {row}");
            (loss.Total / 2).backward();
        }

        var compared = 0;
        foreach (var parameter in run.Trained.Parameters)
        {
            var stored = run.Golden.Names.FirstOrDefault(name => name.StartsWith("gradient/", StringComparison.Ordinal) && CanonicalNames.Of(name["gradient/".Length..]) == parameter.Name);
            Assert.True(stored is not null || parameter.Parameter.grad is null, $"{parameter.Name}: only ours has a gradient");
            if (stored is not null)
            {
                var expected = run.Golden.Float32(stored);
                var largest = expected.Max(Math.Abs);
                Assert.True(parameter.Parameter.grad is not null, $"{parameter.Name}: no gradient");
                var worst = expected.Zip(HostTensors.ToArray(parameter.Parameter.grad!), (left, right) => Math.Abs(left - right)).Max();
                // A true gradient of 0 (SigLIP's key bias) is noise on both sides.
                Assert.True(worst <= (1e-4 * largest) + 1e-7, $"{parameter.Name}: off by {worst}, the largest gradient is {largest}");
                compared++;
            }
        }

        Assert.True(compared > 80, $"{compared} parameters compared");
    }

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Twenty_steps_follow_the_curve_of_PyTorch(string? file)
    {
        using var run = new GoldenRun(file, recomputes: false);
        using var optimizer = new Optimizer(run.Trained, run.Settings, new LearningRateSchedule(Steps, run.WarmUpSteps));
        var norms = run.Golden.Float32("norms");
        for (var step = 0; step < Steps; step++)
        {
            for (var micro = 0; micro < 2; micro++)
            {
                using var scope = NewDisposeScope();
                var number = (2 * step) + micro;
                var losses = optimizer.Accumulate([run.Example(number % 4)], "");
                Close(run.Losses[number], losses[0], 1e-5, $"loss of micro-batch {number}");
            }

            Close(norms[step], optimizer.Move(2), 1e-4, $"gradient norm of step {step}");
        }
    }

    private static void Close(double expected, double actual, double relative, string what)
        => Assert.True(Math.Abs(expected - actual) <= relative * Math.Abs(expected), $"{what}: {actual}, expected {expected}");

    private static JsonElement Conversation(string task)
        => GoldenFolder.Json("training/masks.json").EnumerateArray().First(row => row.GetProperty("task").GetString() == task);

    private static JsonElement[] Published() =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests", "Goldens", "training", "masks-qwen2.json"))).RootElement.EnumerateArray()];

    private static ConversationTurn[] Turns(JsonElement golden) =>
        [.. golden.GetProperty("turns").EnumerateArray().Select(turn => new ConversationTurn(turn.GetProperty("from").GetString()!, turn.GetProperty("value").GetString()!))];

    private static SupervisedTokens Tokens(JsonElement golden, LabelMask mask) =>
        SupervisedTokens.Of(Turns(golden), ByteLevelTokenizer.Open(GoldenFolder.PathOf("tokenizer/tiny")), mask);

    private static int[] Integers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetInt32())];

    /// <summary>A golden run's model, settings and rows.</summary>
    private sealed class GoldenRun : IDisposable
    {
        private readonly JsonElement _info;
        private readonly ScalarType _type;

        public GoldenRun(string? file, bool recomputes, string precision = "float32")
        {
            Skip.If(file is null, "no training goldens");
            TestEngine.Require();
            _info = GoldenFolder.Json(file);
            Golden = GoldenTensors.Open(Path.ChangeExtension(file, ".safetensors"));
            Losses = Golden.Float32("losses");
            WarmUpSteps = _info.GetProperty("warm_up_steps").GetInt32();
            var rates = _info.GetProperty("rates");
            using var checkpoint = Checkpoint.Open(GoldenFolder.PathOf("models/" + Text("checkpoint")));
            Settings = new TrainerSettings
            {
                LearningRate = rates.GetProperty("other").GetDouble(),
                TowerLearningRate = rates.GetProperty("vision").GetDouble(),
                ActionToken = VideoTokenModes.ParseActionToken(Text("action_token"))!.Value,
                ActionTypes = checkpoint.Configuration.ActionHeads ?? new ActionHeadSizes(1, 1, 1),
                Layers = Text("layers") switch { "all" => SupervisedLayers.All, "first" => SupervisedLayers.First, _ => SupervisedLayers.Last },
                RecomputesActivations = recomputes,
            };
            Trained = TrainableModel.Load(checkpoint, Settings, ComputeDevice.Of(new ModelOptions { Device = "cpu", Precision = precision }));
            _type = Trained.Model.At.Type;
        }

        public GoldenTensors Golden { get; }

        public float[] Losses { get; }

        public int WarmUpSteps { get; }

        public TrainerSettings Settings { get; }

        public TrainableModel Trained { get; }

        public TrainingExample Example(int row)
        {
            var info = _info.GetProperty("rows")[row];
            var classes = Integers(info, "classes");
            var name = FormattableString.Invariant($"pixels_{row}");
            var pixels = tensor(Golden.Float32(name), [.. Golden.Shape(name).Select(size => (long)size)], ScalarType.Float32).to_type(_type);
            return new TrainingExample(
                Tokens(Conversation(info.GetProperty("task").GetString()!), LabelMask.Original), pixels, [0, 1], (classes[0], classes[1], classes[2]));
        }

        public void Dispose()
        {
            Trained.Dispose();
            Golden.Dispose();
        }

        private string Text(string name) => _info.GetProperty(name).GetString()!;
    }
}
