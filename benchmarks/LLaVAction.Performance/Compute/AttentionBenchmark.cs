using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Performance.Compute;

/// <summary>Attention of the models' shapes; operations of hidden scores are not counted.</summary>
internal static class AttentionBenchmark
{
    private static readonly (string Name, AttentionShape Shape, int Queries, int Keys, bool IsCausal)[] Cases =
    [
        ("SigLIP, 1 frame", Shape(16, 16, 72), 729, 729, false),
        ("0.5B prefill", Shape(14, 2, 64), 1600, 1600, true),
        ("0.5B question", Shape(14, 2, 64), 110, 1710, true),
        ("0.5B 1 token", Shape(14, 2, 64), 1, 1600, true),
        ("7B prefill", Shape(28, 4, 128), 1600, 1600, true),
    ];

    /// <summary>Verb <c>attention</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--threads");
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var peak = MachinePeak.Flops(threads);
        using var context = new ComputeContext(threads);
        Timing.Print($"{threads} thread(s), {context.Kernel.Name}, multiply-add peak {peak / 1e9:F1} GFLOP/s");
        foreach ((var name, var shape, var queries, var keys, var isCausal) in Cases)
        {
            using var q = RandomWeights.Matrix(queries, shape.Heads * shape.HeadSize);
            using var k = RandomWeights.Matrix(keys, shape.KeyValueHeads * shape.HeadSize);
            using var v = RandomWeights.Matrix(keys, shape.KeyValueHeads * shape.HeadSize);
            using Matrix output = new(queries, shape.Heads * shape.HeadSize);
            var timing = Timing.Of(() =>
            {
                var keyValues = new KeyValueSegment(k.View, v.View);
                if (isCausal)
                {
                    Attention.Causal(context, shape, q.View, new KeyValueSegment(k.View.SliceRows(0, 0), v.View.SliceRows(0, 0)), keyValues, output.View);
                }
                else
                {
                    Attention.Bidirectional(context, shape, q.View, keyValues, keys, output.View);
                }
            });
            var pairs = isCausal ? (double)queries * (keys - queries) + ((double)queries * (queries + 1) / 2) : (double)queries * keys;
            var operations = 4 * pairs * shape.Heads * shape.HeadSize;
            Timing.Print($"{name,-18} {timing.Median * 1e3,8:F2} ms, {operations / timing.Median / 1e9,6:F1} GFLOP/s, {operations / timing.Median / peak:P0} of peak");
        }

        return 0;
    }

    private static AttentionShape Shape(int heads, int keyValueHeads, int headSize)
        => new(heads, keyValueHeads, headSize, 1f / MathF.Sqrt(headSize));
}
