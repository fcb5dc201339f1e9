using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// One step of the online softmax for one query: scores of a block of keys become weights relative to the highest score so
/// far. See <see cref="ScalarAttention"/> for its definition.
/// </summary>
internal static unsafe class OnlineSoftmax
{
    public const int Step = SummationOrder.Lanes;

    /// <summary>Turns a row of scores into weights.</summary>
    /// <param name="scores">The row in the first tile of scores.</param>
    /// <param name="tileColumns">Columns of a tile of scores; a multiple of 8.</param>
    /// <param name="tileLength">Values from one tile to the next.</param>
    /// <param name="visible">Keys of this block that the query sees; at least 0.</param>
    /// <param name="depth">Weights to write; those from <paramref name="visible"/> on are zero.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="weights">Receives the weights, up to the next multiple of 16 from <paramref name="depth"/>.</param>
    /// <param name="highest">The highest score so far; updated.</param>
    /// <param name="total">The sum of weights so far; updated.</param>
    /// <returns>What earlier results are to be multiplied with.</returns>
    public static float Step16(
        float* scores,
        int tileColumns,
        int tileLength,
        int visible,
        int depth,
        float scale,
        float* weights,
        ref float highest,
        ref float total)
    {
        var end = (depth + Step - 1) / Step * Step;
        var newHighest = MathF.Max(highest, Scale(scores, tileColumns, tileLength, visible, end, scale, weights));
        var sum = Vector512.IsHardwareAccelerated ? Weigh512(weights, end, newHighest) : Weigh256(weights, end, newHighest);
        var fade = newHighest == highest ? 1f : ScalarMath.Exp(highest - newHighest);
        highest = newHighest;
        total = MathF.FusedMultiplyAdd(total, fade, sum);
        return fade;
    }

    // Scales the scores into a plain row, hides what the query does not see, and returns the highest.
    private static float Scale(float* scores, int tileColumns, int tileLength, int visible, int end, float scale, float* row)
    {
        var factor = Vector256.Create(scale);
        var hidden = Vector256.Create(float.NegativeInfinity);
        var highest = hidden;
        var inTile = 0;
        for (var index = 0; index < end; index += 8)
        {
            var value = hidden;
            if (index < visible)
            {
                value = Vector256.Load(scores + inTile) * factor;
                if (index + 8 > visible)
                {
                    var isVisible = Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(visible - index));
                    value = Vector256.ConditionalSelect(isVisible.AsSingle(), value, hidden);
                }
            }

            value.Store(row + index);
            highest = Vector256.MaxNative(highest, value);
            inTile += 8;
            if (inTile == tileColumns)
            {
                inTile = 0;
                scores += tileLength;
            }
        }

        var four = Vector128.MaxNative(highest.GetLower(), highest.GetUpper());
        return MathF.Max(MathF.Max(four.GetElement(0), four.GetElement(1)), MathF.Max(four.GetElement(2), four.GetElement(3)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Weigh256(float* row, int count, float highest)
    {
        var highests = Vector256.Create(highest);
        var lower = Vector256<float>.Zero;
        var upper = Vector256<float>.Zero;
        for (var end = row + count; row < end; row += Step)
        {
            var first = VectorMath.Exp(Vector256.Load(row) - highests);
            var second = VectorMath.Exp(Vector256.Load(row + 8) - highests);
            first.Store(row);
            second.Store(row + 8);
            lower += first;
            upper += second;
        }

        return VectorMath.Reduce(lower, upper);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Weigh512(float* row, int count, float highest)
    {
        var highests = Vector512.Create(highest);
        var sums = Vector512<float>.Zero;
        for (var end = row + count; row < end; row += Step)
        {
            var weight = VectorMath.Exp(Vector512.Load(row) - highests);
            weight.Store(row);
            sums += weight;
        }

        return VectorMath.Reduce(sums.GetLower(), sums.GetUpper());
    }
}
