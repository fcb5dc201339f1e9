using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>One pre-norm decoder layer of Qwen2: grouped-query attention with rotary positions, then a SwiGLU block.</summary>
internal sealed record Qwen2DecoderLayer
{
    public required Normalization InputLayerNorm { get; init; }

    public required DenseLayer QProj { get; init; }

    public required DenseLayer KProj { get; init; }

    public required DenseLayer VProj { get; init; }

    public required DenseLayer OProj { get; init; }

    public required Normalization PostAttentionLayerNorm { get; init; }

    public required DenseLayer GateProj { get; init; }

    public required DenseLayer UpProj { get; init; }

    public required DenseLayer DownProj { get; init; }

    public required AttentionShape Attention { get; init; }

    // Transforms the rows of several sequences in place, all through one projection each; attention is per sequence and over its
    // own cache, which takes the new keys and values of this layer.
    public void Forward(DecoderPass pass, int layer)
    {
        var hiddenStates = pass.HiddenStates;
        Linear.Apply(
            pass.Context, hiddenStates, [QProj, KProj, VProj], [pass.Query, pass.Key, pass.Value], normalization: InputLayerNorm);
        foreach (var sequence in pass.Sequences)
        {
            var query = pass.Query.SliceRows(sequence.FirstRow, sequence.Count);
            Store(pass, sequence, layer);
            pass.Rotary.Apply(pass.Context, query, sequence.Cache.NextPosition);
            Attend(pass, sequence, layer, query, pass.Attended.SliceRows(sequence.FirstRow, sequence.Count));
        }

        Linear.Apply(pass.Context, pass.Attended, OProj, hiddenStates, Epilogue.Add);
        FeedForward(pass.Context, hiddenStates, pass.Intermediate);
    }

    /// <summary>
    /// As <see cref="Forward"/> in a model's last layer, where the hidden states of most rows are of no further use: all
    /// rows leave their keys and values, and only the last row of each sequence is transformed.
    /// </summary>
    /// <param name="pass">The pass.</param>
    /// <param name="layer">Index of this layer.</param>
    /// <param name="lastRows">Target, one row per sequence; null where keys and values are all that is wanted.</param>
    public void ForwardLastRows(DecoderPass pass, int layer, MatrixView? lastRows)
    {
        Linear.Apply(pass.Context, pass.HiddenStates, [KProj, VProj], [pass.Key, pass.Value], normalization: InputLayerNorm);
        foreach (var sequence in pass.Sequences)
        {
            Store(pass, sequence, layer);
        }

        if (lastRows is not { } target)
        {
            return;
        }

        var count = pass.Sequences.Count;
        var queries = pass.Query.SliceRows(0, count);
        var attended = pass.Attended.SliceRows(0, count);
        for (var i = 0; i < count; i++)
        {
            var sequence = pass.Sequences[i];
            pass.HiddenStates.Row(sequence.FirstRow + sequence.Count - 1).CopyTo(target.Row(i));
        }

        Linear.Apply(pass.Context, target, QProj, queries, normalization: InputLayerNorm);
        for (var i = 0; i < count; i++)
        {
            var sequence = pass.Sequences[i];
            var query = queries.SliceRows(i, 1);
            pass.Rotary.Apply(pass.Context, query, sequence.Cache.NextPosition + sequence.Count - 1);
            Attend(pass, sequence, layer, query, attended.SliceRows(i, 1));
        }

        Linear.Apply(pass.Context, attended, OProj, target, Epilogue.Add);
        FeedForward(pass.Context, target, pass.Intermediate.SliceRows(0, count));
    }

    private static void Store(DecoderPass pass, SequenceRows sequence, int layer)
    {
        var key = pass.Key.SliceRows(sequence.FirstRow, sequence.Count);
        pass.Rotary.Apply(pass.Context, key, sequence.Cache.NextPosition);
        sequence.Cache.Store(layer, key, pass.Value.SliceRows(sequence.FirstRow, sequence.Count));
    }

    private void Attend(DecoderPass pass, SequenceRows sequence, int layer, MatrixView query, MatrixView output)
        => Kernels.Attention.Causal(
            pass.Context, Attention, query, sequence.Cache.Prefix(layer), sequence.Cache.Own(layer, sequence.Count), output);

    private void FeedForward(ComputeContext context, MatrixView hiddenStates, MatrixView intermediate)
    {
        Linear.SwiGlu(context, hiddenStates, GateProj, UpProj, intermediate, PostAttentionLayerNorm);
        Linear.Apply(context, intermediate, DownProj, hiddenStates, Epilogue.Add);
    }
}
