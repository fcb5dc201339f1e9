using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Performance.Compute;

/// <summary>Projections of the models' shapes, as a share of the machine's multiply-add peak, and PyTorch's beside them.</summary>
internal static class GemmBenchmark
{
    private static readonly (string Name, int Rows, int Outputs, int Inputs)[] Shapes =
    [
        ("square", 2048, 2048, 2048),
        ("SigLIP q, k, v", 729, 3456, 1152),
        ("SigLIP out", 729, 1152, 1152),
        ("SigLIP fc1", 729, 4304, 1152),
        ("SigLIP fc2", 729, 1152, 4304),
        ("SigLIP fc2, 2 frames", 1458, 1152, 4304),
        ("0.5B gate", 1600, 4864, 896),
        ("0.5B down", 1600, 896, 4864),
        ("0.5B down, question", 110, 896, 4864),
        ("0.5B output, 1 token", 1, 151936, 896),
        ("7B gate", 1600, 18944, 3584),
        ("7B down", 1600, 3584, 18944),
        ("7B down, question", 110, 3584, 18944),
        ("7B gate, 1 token", 1, 18944, 3584),
    ];

    /// <summary>Verb <c>gemm</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--threads", "--python", "--kernel", "--shape", "--weights");
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var kernelName = options.Text("--kernel", MicroKernel.Best.Name)!;
        MicroKernel kernel = MicroKernel.All.First(kernel => kernel.Name.StartsWith(kernelName, StringComparison.OrdinalIgnoreCase));
        var weights = options.Text("--weights", "")!;
        Timing.Print($"{threads} thread(s), {kernel.Name}, copy {MachinePeak.CopyBandwidth(threads) / 1e9:F1} GB/s; shares are of the multiply-add peak measured just before");
        using var context = new ComputeContext(threads, kernel);
        foreach ((var name, var rows, var outputs, var inputs) in Shapes)
        {
            if (!name.Contains(options.Text("--shape", "")!, StringComparison.Ordinal))
            {
                continue;
            }

            var operations = 2.0 * rows * outputs * inputs;
            var peak = MachinePeak.Flops(threads);
            using var peer = PeerProcess.Start(options.Text("--python", null), "gemm", threads, rows, outputs, inputs);
            using var x = RandomWeights.Matrix(rows, inputs);
            using Matrix y = new(rows, outputs);
            foreach (var type in new[] { WeightType.Float32, WeightType.BFloat16 })
            {
                if (!type.ToString().StartsWith(weights, StringComparison.OrdinalIgnoreCase))
                {
                    continue;
                }

                var layer = RandomWeights.Layer(outputs, inputs, type, hasBias: true);
                var timing = Timing.Of(() => Linear.Apply(context, x.View, layer, y.View));
                var bytes = (double)outputs * inputs * layer.Weight.ElementSize;
                Timing.Print($"{name,-22} {rows,5} × {outputs,6} × {inputs,5} {type,-8} {operations / timing.Median / 1e9,6:F1} GFLOP/s median, {operations / timing.Best / 1e9,6:F1} best, {operations / timing.Median / peak,4:P0} of {peak / 1e9:F1}{(rows == 1 ? FormattableString.Invariant($", weights read at {bytes / timing.Median / 1e9:F1} GB/s") : "")}");
            }

            if (peer is not null)
            {
                peer.Run();
                var timing = new Timing();
                for (var round = 0; round < 5; round++)
                {
                    timing.Add(peer.Run());
                }

                Timing.Print($"{name,-22} {"PyTorch, float32",-31} {operations / timing.Median / 1e9,6:F1} GFLOP/s median, {operations / timing.Best / 1e9,6:F1} best, {operations / timing.Median / peak,4:P0} of {peak / 1e9:F1} ({peer.Description})");
            }
        }

        return 0;
    }
}
