namespace LLaVAction.Cpu.Kernels;

/// <summary>Norms, rotary embedding and softmax of rows, one value at a time.</summary>
internal static class ScalarRows
{
    public static float Sum(int count, Func<int, float> term)
    {
        Span<float> lanes = stackalloc float[SummationOrder.Lanes];
        lanes.Clear();
        for (var index = 0; index < count; index++)
        {
            lanes[index % SummationOrder.Lanes] += term(index);
        }

        return SummationOrder.Reduce(lanes);
    }

    public static float SumOfSquares(int count, Func<int, float> term)
    {
        Span<float> lanes = stackalloc float[SummationOrder.Lanes];
        lanes.Clear();
        for (var index = 0; index < count; index++)
        {
            var value = term(index);
            lanes[index % SummationOrder.Lanes] = MathF.FusedMultiplyAdd(value, value, lanes[index % SummationOrder.Lanes]);
        }

        return SummationOrder.Reduce(lanes);
    }

    public static void Normalize(ReadOnlySpan<float> x, Normalization normalization, Span<float> y)
    {
        var row = x.ToArray();
        var mean = normalization.IsCentred ? Sum(row.Length, index => row[index]) / row.Length : 0f;
        var meanSquare = SumOfSquares(row.Length, index => row[index] - mean) / row.Length;
        var factor = 1f / MathF.Sqrt(meanSquare + normalization.Epsilon);
        for (var column = 0; column < row.Length; column++)
        {
            var scaled = (row[column] - mean) * factor;
            y[column] = normalization.Shift is { } shift
                ? MathF.FusedMultiplyAdd(scaled, normalization.Scale[column], shift[column])
                : scaled * normalization.Scale[column];
        }
    }

    public static void Rotate(Span<float> row, int headSize, ReadOnlySpan<float> cosine, ReadOnlySpan<float> sine)
    {
        var half = headSize / 2;
        for (var head = 0; head < row.Length; head += headSize)
        {
            for (var index = 0; index < half; index++)
            {
                var first = row[head + index];
                var second = row[head + half + index];
                row[head + index] = MathF.FusedMultiplyAdd(first, cosine[index], -(second * sine[index]));
                row[head + half + index] = MathF.FusedMultiplyAdd(second, cosine[index], first * sine[index]);
            }
        }
    }
}
