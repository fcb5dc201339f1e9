using LLaVAction.Cpu.Kernels;
using LLaVAction.Cpu.Model;

namespace LLaVAction.Performance.Compute;

/// <summary>Qwen2 of the 0.5B shape: a prefill, and a decoding step after it, beside transformers'.</summary>
internal static class LanguageModelBenchmark
{
    private const int Hidden = 896;
    private const int Intermediate = 4864;
    private const int Heads = 14;
    private const int KeyValueHeads = 2;
    private const int HeadSize = 64;
    private const int Layers = 24;
    private const int Vocabulary = 151_936;

    /// <summary>Verb <c>prefill</c>.</summary>
    public static int Prefill(string[] arguments) => Run(arguments, isDecoding: false);

    /// <summary>Verb <c>decode</c>.</summary>
    public static int Decode(string[] arguments) => Run(arguments, isDecoding: true);

    private static int Run(string[] arguments, bool isDecoding)
    {
        var options = new Options(arguments, "--threads", "--python", "--tokens", "--rounds", "--weights");
        var threads = options.Number("--threads", Environment.ProcessorCount);
        var tokens = options.Number("--tokens", 1600);
        var rounds = options.Number("--rounds", isDecoding ? 20 : 3);
        var type = Enum.Parse<WeightType>(options.Text("--weights", nameof(WeightType.BFloat16))!, ignoreCase: true);
        using var peer = PeerProcess.Start(options.Text("--python", null), isDecoding ? "decode" : "prefill", threads, tokens);
        using var context = new ComputeContext(threads);
        var model = CreateModel(type);
        using var pass = model.CreatePass(context, tokens);
        using var inputs = RandomWeights.Matrix(tokens, Hidden);
        using Matrix last = new(1, Hidden);
        using Matrix logits = new(1, Vocabulary);
        using var kept = model.CreateCache(tokens + rounds + 3);
        Forward(kept, tokens);
        Action step = isDecoding ? () => Forward(kept, 1) : () =>
        {
            using var cache = model.CreateCache(tokens);
            Forward(cache, tokens);
        };
        step();
        step();
        peer?.Run();
        var ours = new Timing();
        var theirs = new Timing();
        for (var round = 0; round < rounds; round++)
        {
            ours.Measure(step);
            if (peer is not null)
            {
                theirs.Add(peer.Run());
            }
        }

        Timing.Print($"{threads} thread(s), {context.Kernel.Name}, 0.5B shape, {tokens} tokens, weights {type}");
        if (isDecoding)
        {
            ReportDecoding(ours, threads, type);
        }
        else
        {
            ReportPrefill(ours, tokens, context);
        }

        if (peer is not null)
        {
            Timing.Print($"transformers  {theirs.Median:F3} s ({theirs.Best:F3} best; {peer.Description})");
            Timing.Print($"ratio         {theirs.Median / ours.Median:F2}{(isDecoding ? "" : " (at least 1.3)")}");
        }

        return 0;

        void Forward(KeyValueCache cache, int count)
        {
            pass.Begin([new SequenceRows(0, count, cache)]);
            inputs.View.SliceRows(0, count).CopyTo(pass.HiddenStates);
            model.Forward(pass, WantedRows.LastOfEach, last.View, CancellationToken.None);
            model.Logits(context, last.View, logits.View);
        }
    }

    private static void ReportPrefill(Timing ours, int tokens, ComputeContext context)
    {
        var queryKeyValue = (double)Hidden * HeadSize * (Heads + (2 * KeyValueHeads));
        var output = (double)Hidden * HeadSize * Heads;
        var feedForward = 3.0 * Hidden * Intermediate;
        var layer = (2 * tokens * (queryKeyValue + output + feedForward)) + (2.0 * tokens * (tokens + 1) * HeadSize * Heads);

        // The last layer leaves keys and values of all rows and transforms only the last one.
        var lastLayer = 2.0 * tokens * Hidden * HeadSize * 2 * KeyValueHeads;
        var operations = ((Layers - 1) * layer) + lastLayer + (2.0 * Hidden * Vocabulary);
        var rate = operations / ours.Median;
        var gemm = VisionBenchmark.SquareRate(context);
        Timing.Print($"cpu engine    {ours.Median:F3} s ({ours.Best:F3} best), {rate / 1e9:F1} GFLOP/s done, {rate / gemm:P0} of our 2048³ product ({gemm / 1e9:F1})");
    }

    private static void ReportDecoding(Timing ours, int threads, WeightType type)
    {
        var values = (Layers * (((double)Hidden * HeadSize * ((2 * Heads) + (2 * KeyValueHeads))) + (3.0 * Hidden * Intermediate))) + ((double)Hidden * Vocabulary);
        var bytes = values * (type == WeightType.Float32 ? sizeof(float) : sizeof(ushort));
        var copy = MachinePeak.CopyBandwidth(threads);
        Timing.Print($"cpu engine    {ours.Median * 1e3:F1} ms a step ({ours.Best * 1e3:F1} best), weights read at {bytes / ours.Median / 1e9:F1} GB/s, {bytes / ours.Median / copy:F2} of the bytes that copying copies a second ({copy / 1e9:F1} GB/s; at least 0.5), {bytes / ours.Median / copy / 2:F2} of those it moves");
    }

    private static Qwen2Model CreateModel(WeightType type)
    {
        Qwen2DecoderLayer[] layers = [.. Enumerable.Range(0, Layers).Select(_ => new Qwen2DecoderLayer
        {
            InputLayerNorm = Normalization.RmsNorm(RandomWeights.Ones(Hidden), 1e-6f),
            QProj = RandomWeights.Layer(Heads * HeadSize, Hidden, type, hasBias: true),
            KProj = RandomWeights.Layer(KeyValueHeads * HeadSize, Hidden, type, hasBias: true),
            VProj = RandomWeights.Layer(KeyValueHeads * HeadSize, Hidden, type, hasBias: true),
            OProj = RandomWeights.Layer(Hidden, Heads * HeadSize, type, hasBias: false),
            PostAttentionLayerNorm = Normalization.RmsNorm(RandomWeights.Ones(Hidden), 1e-6f),
            GateProj = RandomWeights.Layer(Intermediate, Hidden, type, hasBias: false),
            UpProj = RandomWeights.Layer(Intermediate, Hidden, type, hasBias: false),
            DownProj = RandomWeights.Layer(Hidden, Intermediate, type, hasBias: false),
            Attention = new AttentionShape(Heads, KeyValueHeads, HeadSize, 0.125f),
        })];
        var embeddings = RandomWeights.Weight(Vocabulary, Hidden, type);
        return new Qwen2Model(embeddings, layers, Normalization.RmsNorm(RandomWeights.Ones(Hidden), 1e-6f), embeddings, 1_000_000);
    }
}
