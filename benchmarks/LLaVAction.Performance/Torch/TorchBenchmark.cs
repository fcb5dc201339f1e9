using System.Diagnostics;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Performance.Compute;
using LLaVAction.Testing;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using LLaVAction.Video.Frames;
using static TorchSharp.torch;

namespace LLaVAction.Performance.Torch;

/// <summary>
/// The torch stack on a device: vision, prefill and whole questions of a published shape with random weights, as shares
/// of the device's own matrix product, beside transformers with SDPA doing the same.
/// </summary>
internal static class TorchBenchmark
{
    private const int BeforeVideo = 14;
    private const int AfterVideo = 110;

    /// <summary>Verb <c>torch</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--device", "--precision", "--threads", "--python", "--shape", "--frames", "--clips", "--rounds", "--parts");
        var shapeName = options.Text("--shape", "0.5b")!;
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var run = new TorchRun(
            ComputeDevice.Of(new ModelOptions { Device = options.Text("--device", "auto")!, Precision = options.Text("--precision", "auto")!, Threads = threads }),
            threads,
            shapeName,
            options.Text("--python", null),
            options.Number("--rounds", 3));
        var frames = options.Number("--frames", 8);
        set_num_threads(threads);
        using var inference = inference_mode();
        using var model = RandomModel(run.Device, ConfigurationOf(shapeName));
        var gemm = Gemm(run);
        var parts = options.Text("--parts", "vision,prefill,question")!.Split(',');
        if (parts.Contains("vision"))
        {
            Vision(run, model, frames, gemm);
        }

        if (parts.Contains("prefill"))
        {
            Prefill(run, model, frames, gemm);
        }

        if (parts.Contains("question"))
        {
            Questions(run, model, frames, options.Number("--clips", 1), gemm);
        }

        using var process = Process.GetCurrentProcess();
        Timing.Print($"memory        {process.PeakWorkingSet64 / 1e9:F2} GB of the process at most; weights {ModelRequirements.WeightBytes(model.Model.Configuration, run.Device.BytesPerValue) / 1e9:F2} GB");
        return 0;
    }

    private static double Gemm(TorchRun run)
    {
        long side = run.Device.IsCuda ? 8192 : 2048;
        using var scope = NewDisposeScope();
        var left = randn([side, side], run.Device.Type, run.Device.Device);
        var right = randn([side, side], run.Device.Type, run.Device.Device);
        var timing = Timing.Of(
            () =>
            {
                using var product = left.mm(right);
                run.Device.Synchronize();
            },
            rounds: 9);
        var rate = 2.0 * side * side * side / timing.Best;
        Timing.Print($"{run.Device.Name}, {run.Device.Precision}, {run.Threads} thread(s), shape {run.Shape}: {side}³ product {rate / 1e9:F1} GFLOP/s");
        return rate;
    }

    private static void Vision(TorchRun run, LlavaInference model, int frames, double gemm)
    {
        using var scope = NewDisposeScope();
        var vision = model.Model.Configuration.Vision;
        var pixels = rand([frames, 3, vision.ImageSize, vision.ImageSize], ScalarType.Float32, run.Device.Device).to_type(run.Device.Type);
        var chunk = BatchShape.For(run.Device.IsCuda, 1).VisionFrames;
        var operations = Requirements(model, frames).VisionOperations;
        run.Compare("vision", frames, "frames/s", operations, gemm, [frames], () =>
        {
            for (var first = 0; first < frames; first += chunk)
            {
                using var pooled = model.EncodeFrames(pixels.narrow(0, first, Math.Min(chunk, frames - first)), CancellationToken.None);
            }

            run.Device.Synchronize();
        });
    }

    private static void Prefill(TorchRun run, LlavaInference model, int frames, double gemm)
    {
        using var scope = NewDisposeScope();
        using var cache = new KeyValueCache(model.Decoder.Configuration, run.Device);
        var requirements = Requirements(model, frames);
        var tokens = requirements.PromptTokens;
        cache.Reserve(tokens);
        var embeddings = randn([tokens, model.Decoder.Configuration.Hidden], run.Device.Type, run.Device.Device);
        run.Compare("prefill", tokens, "tokens/s", requirements.PrefillOperations, gemm, [tokens], () =>
        {
            using var round = NewDisposeScope();
            var own = embeddings.clone();
            var pass = model.Decoder.CausalPass(own, cache) with { Wanted = HostTensors.Indices([tokens - 1], run.Device) };
            HostTensors.ToArray(model.Model.Logits(model.Decoder.Forward(own, pass, CancellationToken.None)));
        });
    }

    /// <summary>Clips with one question each beside the peer, then with three: what sharing a clip saves.</summary>
    private static void Questions(TorchRun run, LlavaInference model, int frames, int clips, double gemm)
    {
        ClipFrames[] decoded = [.. Enumerable.Range(0, clips).Select(seed => SyntheticFrames(frames, seed))];
        var requirements = Requirements(model, frames);
        var operations = clips * (requirements.VisionOperations + requirements.PrefillOperations);
        var one = run.Compare("question", clips, "questions/s", operations, gemm, [frames, requirements.PromptTokens, clips], () => Ask(1));
        var three = Timing.Of(() => Ask(3), run.Rounds, 0).Median;
        Timing.Print($"three         {3 * clips / three:F3} questions/s, {three / one:F2} of the time of one a clip (at most 1.15)");

        void Ask(int questions)
        {
            var shape = new ShapeInForce(BatchShape.For(run.Device.IsCuda, questions));
            using var encoder = new ClipEncoder(model, shape);
            using var cache = new KeyValueCache(model.Decoder.Configuration, run.Device);
            var runner = new PrefixRunner(model, NoTokenizer.Instance, cache, shape);
            PreparedPrompt[] prompts = [.. Enumerable.Range(0, questions).Select(seed => Prompt(requirements.PromptTokens, seed))];
            foreach (var clip in encoder.Encode(decoded, CancellationToken.None))
            {
                using var scope = NewDisposeScope();
                var video = model.Model.ArrangeVisualTokens(clip.Features, [.. Enumerable.Range(0, frames)]);
                foreach (var batch in PrefixBatch.Plan([.. prompts.Select(prompt => prompt.Tokens)]))
                {
                    runner.Run(batch, prompts, video, new PromptAnswer[questions], CancellationToken.None);
                }

                clip.Dispose();
            }
        }
    }

    private static PreparedPrompt Prompt(int length, int seed)
    {
        int[] own = [.. Enumerable.Range(0, AfterVideo).Select(i => 1000 + (i * 7) + (seed * 131))];
        return new PreparedPrompt(new PromptTokens([.. Enumerable.Range(100, BeforeVideo)], own, HasVideo: true), [32, 33, 34, 35, 36], 0, length);
    }

    private static ClipFrames SyntheticFrames(int frames, int seed)
    {
        const int Width = 456;
        const int Height = 256;
        ReadOnlyMemory<byte>[] pictures = [.. Enumerable.Range(0, frames).Select(frame =>
            new ReadOnlyMemory<byte>([.. Enumerable.Range(0, Width * Height * 3).Select(i => (byte)((i * (frame + 3)) + seed))]))];
        return new ClipFrames
        {
            Width = Width,
            Height = Height,
            Frames = pictures,
            Seconds = [.. Enumerable.Range(0, frames).Select(i => (double)i)],
            Selections = new Dictionary<int, IReadOnlyList<int>> { [frames] = [.. Enumerable.Range(0, frames)] },
        };
    }

    private static ModelRequirements Requirements(LlavaInference model, int frames)
        => ModelRequirements.Of(model.Model.Configuration, model.Model.Layout, frames, BeforeVideo + AfterVideo, model.At.BytesPerValue);

    private static ModelConfiguration ConfigurationOf(string shape) => shape switch
    {
        "0.5b" => KnownConfigurations.HalfBillion,
        "7b" => KnownConfigurations.SevenBillion,
        _ => throw new ArgumentException($"'{shape}': expected 0.5b or 7b.", nameof(shape)),
    };

    private static LlavaInference RandomModel(ComputeDevice device, ModelConfiguration configuration)
    {
        var model = new Llava(device, configuration, ModelSettings.Of(configuration, null), CheckpointLayout.Expected(configuration).GetValueOrDefault);
        using var noGradients = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
        {
            if (name.Contains("norm", StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal))
            {
                parameter.fill_(1);
            }
            else
            {
                parameter.uniform_(-0.02, 0.02);
            }
        }

        return new LlavaInference(model, "random");
    }
}
