using System.Diagnostics;
using System.Text.Json;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Performance.Compute;
using LLaVAction.Testing;
using LLaVAction.Torch.Native;
using LLaVAction.Torch.Training;
using static TorchSharp.torch;

namespace LLaVAction.Performance.Torch;

/// <summary>One optimizer step of <c>train-model</c>, a row a step, beside PyTorch and transformers doing the same: seconds and peak memory.</summary>
internal static class TrainingBenchmark
{
    private const int AnswerTokens = 8;

    /// <summary>Verb <c>training</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--device", "--precision", "--threads", "--python", "--shape", "--frames", "--tokens", "--rounds", "--steps", "--recompute");
        var shape = options.Text("--shape", "tiny")!;
        var configuration = shape switch
        {
            "tiny" => new ModelConfiguration { Format = CheckpointFormat.Original, Vision = new(64, 3, 4, 128, 84, 14, 1e-6), Language = new(64, 3, 4, 2, 16, 128, 2000, false, 1e6, 1e-6, 1024) },
            "0.5b" => KnownConfigurations.HalfBillion,
            _ => throw new ArgumentException($"'{shape}': expected tiny or 0.5b.", nameof(arguments)),
        };
        var recomputes = options.Text("--recompute", "no") == "yes";
        var (threads, frames, tokens) = (options.Number("--threads", Environment.ProcessorCount), options.Number("--frames", 8), options.Number("--tokens", 128));
        var device = ComputeDevice.Of(new ModelOptions { Device = options.Text("--device", "cpu")!, Precision = options.Text("--precision", "float32")!, Threads = threads });
        set_num_threads(threads);
        using var peer = PeerProcess.StartScript("training_peer.py", options.Text("--python", null), device.Name, device.Precision, threads, frames, tokens, recomputes, Sizes(configuration));
        using var folder = new TemporaryFolder();
        RandomCheckpoint.Write(folder.FullName, configuration, new RandomCheckpointOptions { ElementType = ElementType.Float32 });
        using var checkpoint = Checkpoint.Open(folder.FullName);
        var settings = new TrainerSettings { LearningRate = 1e-6, TowerLearningRate = 1e-6, Frames = frames, RecomputesActivations = recomputes };
        using var trained = TrainableModel.Load(checkpoint, settings, device);
        using var optimizer = new Optimizer(trained, settings, new LearningRateSchedule(int.MaxValue, 1));
        using var scope = NewDisposeScope();
        var example = Example(configuration, device, frames, tokens);
        var steps = options.Number("--steps", 1);
        var (ours, theirs) = (new Timing(), new Timing());
        Step();
        peer?.Run();
        for (var round = 0; round < options.Number("--rounds", 15); round++)
        {
            for (var step = 0; step < steps; step++)
            {
                ours.Measure(Step);
            }

            for (var step = 0; step < steps && peer is not null; step++)
            {
                theirs.Add(peer.Run());
            }
        }

        using var process = Process.GetCurrentProcess();
        Timing.Print($"step        ours          {ours.Median:F4} s, {ours.Best:F4} best; {process.PeakWorkingSet64 / 1e9:F2} GB at most ({shape}, {frames} frames, {tokens} tokens, {device.Precision}, {threads} thread(s))");
        if (peer is not null)
        {
            var memory = peer.Ask("memory");
            Timing.Print($"step        transformers  {theirs.Median:F4} s, {theirs.Best:F4} best; {memory / 1e9:F2} GB at most ({peer.Description})");
            Timing.Print($"ratio       {theirs.Median / ours.Median:F2} of their steps a second by medians, {theirs.Best / ours.Best:F2} by best; {process.PeakWorkingSet64 / memory:F2} of their memory");
        }

        return 0;

        void Step()
        {
            optimizer.Accumulate([example], "");
            optimizer.Move(1);
            device.Synchronize();
        }
    }

    private static TrainingExample Example(ModelConfiguration configuration, ComputeDevice device, int frames, int tokens)
    {
        var size = configuration.Vision.ImageSize;
        int[] ids = [PromptTokens.VideoPlaceholderId, .. Enumerable.Range(0, tokens).Select(static i => i % 1000)];
        int[] labels = [.. Enumerable.Repeat(SupervisedTokens.Ignored, ids.Length - AnswerTokens), .. ids[^AnswerTokens..]];
        var pixels = ((rand([frames, 3, size, size], ScalarType.Float32, device.Device) * 2) - 1).to_type(device.Type);
        return new TrainingExample(new SupervisedTokens(ids, labels, new bool[ids.Length]), pixels, [.. Enumerable.Range(0, frames)], (-1, -1, -1));
    }

    private static string Sizes(ModelConfiguration configuration)
    {
        var (vision, language) = (configuration.Vision, configuration.Language!);
        return JsonSerializer.Serialize(new
        {
            vision = new { hidden_size = vision.Hidden, num_hidden_layers = vision.Layers, num_attention_heads = vision.Heads, intermediate_size = vision.Intermediate, image_size = vision.ImageSize, patch_size = vision.PatchSize },
            language = new
            {
                hidden_size = language.Hidden,
                num_hidden_layers = language.Layers,
                num_attention_heads = language.Heads,
                num_key_value_heads = language.KeyValueHeads,
                intermediate_size = language.Intermediate,
                vocab_size = language.VocabularyRows,
                tie_word_embeddings = language.HasTiedEmbeddings,
            },
        });
    }
}
