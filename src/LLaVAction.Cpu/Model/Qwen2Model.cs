using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>Which hidden states of a pass are wanted.</summary>
internal enum WantedRows
{
    None,

    LastOfEach,

    All,
}

/// <summary>The Qwen2 decoder from input embeddings to logits.</summary>
internal sealed class Qwen2Model
{
    private readonly RotaryEmbedding _rotary;

    public Qwen2Model(WeightMatrix embedTokens, IReadOnlyList<Qwen2DecoderLayer> layers, Normalization norm, WeightMatrix lmHead, double ropeTheta)
    {
        EmbedTokens = embedTokens;
        Layers = layers;
        Norm = norm;
        LmHead = new DenseLayer(lmHead);
        _rotary = new RotaryEmbedding(layers[0].Attention.HeadSize, ropeTheta);
    }

    // The embedding table [vocabulary rows, hidden].
    public WeightMatrix EmbedTokens { get; }

    public IReadOnlyList<Qwen2DecoderLayer> Layers { get; }

    public Normalization Norm { get; }

    // The output projection; the embedding table itself where tied.
    public DenseLayer LmHead { get; }

    public int HiddenSize => EmbedTokens.Columns;

    public int VocabularyRows => LmHead.Weight.Rows;

    public long CacheBytesPerPosition => (long)Layers.Count * 2 * KeyValueWidth * sizeof(float);

    private int KeyValueWidth => Layers[0].KProj.Weight.Rows;

    public KeyValueCache CreateCache(int capacity, KeyValueCache? prefix = null) => new(Layers.Count, KeyValueWidth, capacity, prefix);

    public DecoderPass CreatePass(ComputeContext context, int rows)
        => new(context, _rotary, rows, HiddenSize, Layers[0].GateProj.Weight.Rows, Layers[0].Attention);

    /// <summary>
    /// Runs a pass whose hidden states hold the input embeddings. The caches take the new positions.
    /// </summary>
    /// <param name="pass">The rows.</param>
    /// <param name="wanted">Which hidden states are wanted.</param>
    /// <param name="lastRows">Where they go for <see cref="WantedRows.LastOfEach"/> [sequences, hidden], before the final norm.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public void Forward(DecoderPass pass, WantedRows wanted, MatrixView? lastRows, CancellationToken cancellationToken)
    {
        foreach (var sequence in pass.Sequences)
        {
            sequence.Cache.Reserve(sequence.Count);
        }

        for (var layer = 0; layer < Layers.Count; layer++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (layer == Layers.Count - 1 && wanted != WantedRows.All)
            {
                Layers[layer].ForwardLastRows(pass, layer, wanted == WantedRows.LastOfEach ? lastRows : null);
            }
            else
            {
                Layers[layer].Forward(pass, layer);
            }
        }

        foreach (var sequence in pass.Sequences)
        {
            sequence.Cache.Advance(sequence.Count);
        }
    }

    // Logits [rows, vocabulary rows] of hidden states before the final norm.
    public void Logits(ComputeContext context, MatrixView hiddenStates, MatrixView logits)
        => Linear.Apply(context, hiddenStates, LmHead, logits, normalization: Norm);
}
