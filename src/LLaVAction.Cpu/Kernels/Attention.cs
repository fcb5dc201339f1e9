namespace LLaVAction.Cpu.Kernels;

/// <summary>Heads of an attention layer. Query heads h·g … h·g + g − 1 share key-value head h, g being their ratio.</summary>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key-value heads; divides <paramref name="Heads"/>.</param>
/// <param name="HeadSize">Columns of one head.</param>
/// <param name="Scale">Factor of the scores; usually 1/√(head size).</param>
internal sealed record AttentionShape(int Heads, int KeyValueHeads, int HeadSize, float Scale);

/// <summary>Keys and values of consecutive positions, each [positions, key-value heads · head size].</summary>
internal readonly record struct KeyValueSegment(MatrixView Keys, MatrixView Values)
{
    public int Length => Keys.Rows;
}

/// <summary>
/// Softmax(q · kᵀ · scale) · v in blocks of keys, so that no matrix of scores ever exists. The bits of a query's result depend
/// on that query and the keys it sees, by absolute position, alone: not on its neighbours, threads or where a prefix ends.
/// </summary>
internal static class Attention
{
    /// <summary>
    /// Every query sees every key of its own sequence (frames of a vision tower).
    /// </summary>
    /// <param name="context">Workers and scratch.</param>
    /// <param name="shape">Heads.</param>
    /// <param name="q">Queries [sequences · sequence length, heads · head size].</param>
    /// <param name="keyValues">Keys and values of the same rows.</param>
    /// <param name="sequenceLength">Rows of one sequence; divides the rows.</param>
    /// <param name="output">As <paramref name="q"/>; does not overlap it.</param>
    public static void Bidirectional(
        ComputeContext context,
        AttentionShape shape,
        MatrixView q,
        KeyValueSegment keyValues,
        int sequenceLength,
        MatrixView output)
    {
        RequireShapes(shape, q, keyValues, output);
        for (var start = 0; start < q.Rows; start += sequenceLength)
        {
            var segment = new KeyValueSegment(
                keyValues.Keys.SliceRows(start, sequenceLength),
                keyValues.Values.SliceRows(start, sequenceLength));
            context.AttentionJob.Run(
                shape,
                q.SliceRows(start, sequenceLength),
                default,
                segment,
                causal: false,
                output.SliceRows(start, sequenceLength));
        }
    }

    /// <summary>
    /// Query i stands at position (keys in all − queries + i) and sees the keys up to its own position. Keys come in two
    /// segments, a prefix that many questions may share and what follows it; either may be empty.
    /// </summary>
    /// <param name="context">Workers and scratch.</param>
    /// <param name="shape">Heads.</param>
    /// <param name="q">Queries [queries, heads · head size].</param>
    /// <param name="prefix">Keys and values of the first positions.</param>
    /// <param name="suffix">Keys and values of the positions after the prefix.</param>
    /// <param name="output">As <paramref name="q"/>; does not overlap it.</param>
    public static void Causal(
        ComputeContext context,
        AttentionShape shape,
        MatrixView q,
        KeyValueSegment prefix,
        KeyValueSegment suffix,
        MatrixView output)
    {
        RequireShapes(shape, q, prefix, output);
        RequireShapes(shape, q, suffix, output);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(q.Rows, prefix.Length + suffix.Length, nameof(q));
        context.AttentionJob.Run(shape, q, prefix, suffix, causal: true, output);
    }

    private static void RequireShapes(AttentionShape shape, MatrixView q, KeyValueSegment keyValues, MatrixView output)
    {
        if (shape.Heads % shape.KeyValueHeads != 0)
        {
            throw new ArgumentException($"{shape.Heads} query heads cannot share {shape.KeyValueHeads} key-value heads.", nameof(shape));
        }

        var width = shape.KeyValueHeads * shape.HeadSize;
        q.RequireShape(q.Rows, shape.Heads * shape.HeadSize, nameof(q));
        output.RequireShape(q.Rows, shape.Heads * shape.HeadSize, nameof(output));
        if (keyValues.Length > 0)
        {
            keyValues.Keys.RequireShape(keyValues.Length, width, nameof(keyValues));
            keyValues.Values.RequireShape(keyValues.Length, width, nameof(keyValues));
        }
    }
}
