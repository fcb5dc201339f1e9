namespace LLaVAction.Cpu.Kernels;

/// <summary>Attention, one query and head at a time: the online softmax over blocks of keys that every fast form follows.</summary>
internal static class ScalarAttention
{
    /// <summary>What one query of one head makes of the keys it sees.</summary>
    /// <param name="query">The query [head size].</param>
    /// <param name="keys">Key by absolute position [head size].</param>
    /// <param name="values">Value by absolute position [head size].</param>
    /// <param name="visible">How many keys, from position 0, the query sees.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="output">The weighted mean of the values [head size].</param>
    public static void Attend(
        ReadOnlySpan<float> query,
        Func<int, float[]> keys,
        Func<int, float[]> values,
        int visible,
        float scale,
        Span<float> output)
    {
        var weights = new float[SummationOrder.KeyBlock];
        var highest = float.NegativeInfinity;
        var total = 0f;
        output.Clear();
        for (var start = 0; start < visible; start += SummationOrder.KeyBlock)
        {
            var count = Math.Min(SummationOrder.KeyBlock, visible - start);
            var newHighest = highest;
            for (var index = 0; index < count; index++)
            {
                var key = keys(start + index);
                var score = 0f;
                for (var column = 0; column < query.Length; column++)
                {
                    score = MathF.FusedMultiplyAdd(query[column], key[column], score);
                }

                weights[index] = score * scale;
                newHighest = MathF.Max(newHighest, weights[index]);
            }

            for (var index = 0; index < count; index++)
            {
                weights[index] = ScalarMath.Exp(weights[index] - newHighest);
            }

            var fade = ScalarMath.Exp(highest - newHighest);
            highest = newHighest;
            total = MathF.FusedMultiplyAdd(total, fade, ScalarRows.Sum(count, index => weights[index]));
            for (var column = 0; column < output.Length; column++)
            {
                var sum = 0f;
                for (var index = 0; index < count; index++)
                {
                    sum = MathF.FusedMultiplyAdd(weights[index], values(start + index)[column], sum);
                }

                output[column] = (output[column] * fade) + sum;
            }
        }

        var factor = 1f / total;
        for (var column = 0; column < output.Length; column++)
        {
            output[column] *= factor;
        }
    }
}
