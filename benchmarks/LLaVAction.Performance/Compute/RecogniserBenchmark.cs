using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing;
using LLaVAction.Torch;

namespace LLaVAction.Performance.Compute;

/// <summary>AVION's recogniser with random weights on both engines, beside the same tower in PyTorch; and the memory a clip takes beyond the weights.</summary>
internal static class RecogniserBenchmark
{
    /// <summary>Verb <c>recogniser</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--threads", "--python", "--frames", "--rounds", "--size", "--engine");
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var frames = options.Number("--frames", 16);
        var isLarge = options.Text("--size", "b16") == "l14";
        var (width, layers, patch) = isLarge ? (1024, 24, 14) : (768, 12, 16);
        using var folder = new TemporaryFolder();
        var checkpoint = TinyRecognizer.WriteFolder(folder["recogniser"], TinyRecognizer.Vit(width, layers, patch));
        using var peer = PeerProcess.Start(options.Text("--python", null), "recogniser", threads, frames, width, layers, patch);
        var pixels = new float[frames * 3 * 224 * 224];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (i % 251 / 125f) - 1f;
        }

        foreach (var name in options.Text("--engine", "cpu,torch")!.Split(','))
        {
            IEngine engine = name == "torch" ? new TorchEngine(null) : new CpuEngine();
            var before = Environment.WorkingSet;
            using var recognizer = engine.LoadRecognizer(checkpoint, new ModelOptions { Device = "cpu", Precision = "float32", Threads = threads });
            var (ours, theirs) = (new Timing(), new Timing());
            recognizer.Score([pixels], frames, CancellationToken.None);
            peer?.Run();
            for (var round = 0; round < options.Number("--rounds", 5); round++)
            {
                ours.Measure(() => recognizer.Score([pixels], frames, CancellationToken.None));
                if (peer is not null)
                {
                    theirs.Add(peer.Run());
                }
            }

            var operations = recognizer.Configuration.OperationsOf(frames);
            var weights = recognizer.Configuration.TensorShapes().Values.Sum(static shape => 4.0 * shape.Aggregate(1L, static (product, size) => product * size));
            Timing.Print($"{name,-6} {ours.Median:F3} s a clip ({ours.Best:F3} best), {operations / ours.Median / 1e9:F1} GFLOP/s; {(Environment.WorkingSet - before - weights) / 1e6:F0} MB beyond the weights (at most {(isLarge ? 1200 : 600)})");
            if (peer is not null)
            {
                Timing.Print($"PyTorch {theirs.Median:F3} s a clip ({peer.Description}); ratio {theirs.Median / ours.Median:F2} (at least {(name == "torch" ? 1.0 : 1.2)})");
            }
        }

        return 0;
    }
}
