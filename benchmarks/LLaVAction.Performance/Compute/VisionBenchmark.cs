using LLaVAction.Cpu.Kernels;
using LLaVAction.Cpu.Model;

namespace LLaVAction.Performance.Compute;

/// <summary>SigLIP so400m-384, all 26 layers that LLaVA-OneVision runs, beside transformers' with the same number of layers.</summary>
internal static class VisionBenchmark
{
    private const int Hidden = 1152;
    private const int Intermediate = 4304;
    private const int Heads = 16;
    private const int Layers = 26;
    private const int ImageSize = 384;
    private const int PatchSize = 14;

    /// <summary>Verb <c>vision</c>.</summary>
    public static int Run(string[] arguments)
    {
        var options = new Options(arguments, "--threads", "--python", "--frames", "--rounds", "--weights");
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var frames = options.Number("--frames", 1);
        var rounds = options.Number("--rounds", 3);
        var type = Enum.Parse<WeightType>(options.Text("--weights", nameof(WeightType.BFloat16))!, ignoreCase: true);
        using var peer = PeerProcess.Start(options.Text("--python", null), "vision", threads, frames, Layers);
        using var context = new ComputeContext(threads);
        var tower = CreateTower(type);
        var framesPerPass = Math.Min(frames, tower.FramesPerPass);
        using var workspace = tower.CreateWorkspace(framesPerPass);
        var pixels = new float[frames * 3 * ImageSize * ImageSize];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (index % 251 / 125f) - 1f;
        }

        var ours = new Timing();
        var theirs = new Timing();
        Forward();
        Forward();
        peer?.Run();
        for (var round = 0; round < rounds; round++)
        {
            ours.Measure(Forward);
            if (peer is not null)
            {
                theirs.Add(peer.Run());
            }
        }

        double tokens = tower.Patches;
        var linear = 2 * tokens * ((4.0 * Hidden * Hidden) + (2.0 * Hidden * Intermediate)) * Layers;
        var operations = frames * (linear + (4 * tokens * tokens * Hidden * Layers) + (2 * tokens * Hidden * 3 * PatchSize * PatchSize));
        var rate = operations / ours.Median;
        var gemm = SquareRate(context);
        Timing.Print($"{threads} thread(s), {context.Kernel.Name}, {frames} frame(s), weights {type}");
        Timing.Print($"cpu engine    {ours.Median / frames:F3} s a frame ({ours.Best / frames:F3} best), {rate / 1e9:F1} GFLOP/s, {rate / gemm:P0} of our 2048³ product ({gemm / 1e9:F1})");
        if (peer is not null)
        {
            Timing.Print($"transformers  {theirs.Median / frames:F3} s a frame ({theirs.Best / frames:F3} best), {operations / theirs.Median / 1e9:F1} GFLOP/s ({peer.Description})");
            Timing.Print($"ratio         {theirs.Median / ours.Median:F2} (at least 1.5)");
        }

        return 0;

        void Forward()
        {
            for (var first = 0; first < frames; first += framesPerPass)
            {
                var count = Math.Min(framesPerPass, frames - first);
                ReadOnlySpan<float> part = pixels.AsSpan(first * 3 * ImageSize * ImageSize, count * 3 * ImageSize * ImageSize);
                tower.Forward(context, part, count, workspace, null, CancellationToken.None);
            }
        }
    }

    /// <summary>Operations a second of our own 2048³ product, the yardstick of a whole model.</summary>
    public static double SquareRate(ComputeContext context)
    {
        const int Side = 2048;
        using var x = RandomWeights.Matrix(Side, Side);
        using Matrix y = new(Side, Side);
        var layer = RandomWeights.Layer(Side, Side, WeightType.BFloat16, hasBias: true);
        return 2.0 * Side * Side * Side / Timing.Of(() => Linear.Apply(context, x.View, layer, y.View), rounds: 9).Median;
    }

    private static SiglipVisionTower CreateTower(WeightType type)
    {
        var patches = ImageSize / PatchSize * (ImageSize / PatchSize);
        var embeddings = new PatchEmbeddings(
            RandomWeights.Layer(Hidden, 3 * PatchSize * PatchSize, type, hasBias: true), RandomWeights.Weight(patches, Hidden, type), ImageSize, PatchSize);
        VisionEncoderLayer[] layers = [.. Enumerable.Range(0, Layers).Select(_ => new VisionEncoderLayer
        {
            LayerNorm1 = Normalization.LayerNorm(RandomWeights.Ones(Hidden), new float[Hidden], 1e-6f),
            QProj = RandomWeights.Layer(Hidden, Hidden, type, hasBias: true),
            KProj = RandomWeights.Layer(Hidden, Hidden, type, hasBias: true),
            VProj = RandomWeights.Layer(Hidden, Hidden, type, hasBias: true),
            OutProj = RandomWeights.Layer(Hidden, Hidden, type, hasBias: true),
            LayerNorm2 = Normalization.LayerNorm(RandomWeights.Ones(Hidden), new float[Hidden], 1e-6f),
            Fc1 = RandomWeights.Layer(Intermediate, Hidden, type, hasBias: true),
            Fc2 = RandomWeights.Layer(Hidden, Intermediate, type, hasBias: true),
            Activation = Epilogue.GeluTanh,
            Attention = new AttentionShape(Heads, Heads, Hidden / Heads, 1f / MathF.Sqrt(Hidden / Heads)),
        })];
        return new SiglipVisionTower(embeddings, layers, Hidden);
    }
}
