using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Kernels over one row; see <see cref="ScalarRows"/> for their definition.</summary>
internal static unsafe class RowMath
{
    // LayerNorm or RMSNorm of one row; y may be x.
    public static void Normalize(float* x, int count, Normalization normalization, float* y)
    {
        var mean = normalization.IsCentred ? Sum(x, count) / count : 0f;
        var factor = 1f / MathF.Sqrt((SumOfSquares(x, count, mean) / count) + normalization.Epsilon);
        var means = Vector256.Create(mean);
        var factors = Vector256.Create(factor);
        fixed (float* scale = normalization.Scale, shift = normalization.Shift)
        {
            var index = 0;
            for (; index + 8 <= count; index += 8)
            {
                var scaled = (Vector256.Load(x + index) - means) * factors;
                var result = shift is null
                    ? scaled * Vector256.Load(scale + index)
                    : Vector256.FusedMultiplyAdd(scaled, Vector256.Load(scale + index), Vector256.Load(shift + index));
                result.Store(y + index);
            }

            for (; index < count; index++)
            {
                var scaled = (x[index] - mean) * factor;
                y[index] = shift is null ? scaled * scale[index] : MathF.FusedMultiplyAdd(scaled, scale[index], shift[index]);
            }
        }
    }

    public static float Sum(float* x, int count)
    {
        var lanes = stackalloc float[SummationOrder.Lanes];
        var lower = Vector256<float>.Zero;
        var upper = Vector256<float>.Zero;
        var index = 0;
        for (; index + SummationOrder.Lanes <= count; index += SummationOrder.Lanes)
        {
            lower += Vector256.Load(x + index);
            upper += Vector256.Load(x + index + 8);
        }

        if (index == count)
        {
            return VectorMath.Reduce(lower, upper);
        }

        lower.Store(lanes);
        upper.Store(lanes + 8);
        for (var lane = 0; index < count; index++, lane++)
        {
            lanes[lane] += x[index];
        }

        return VectorMath.Reduce(Vector256.Load(lanes), Vector256.Load(lanes + 8));
    }

    // y = x · factor; y may be x.
    public static void Scale(float* x, int count, float factor, float* y)
    {
        var factors = Vector256.Create(factor);
        var index = 0;
        for (; index + 8 <= count; index += 8)
        {
            (Vector256.Load(x + index) * factors).Store(y + index);
        }

        for (; index < count; index++)
        {
            y[index] = x[index] * factor;
        }
    }

    // x += addend.
    public static void Add(float* x, float* addend, int count)
    {
        var index = 0;
        for (; index + 8 <= count; index += 8)
        {
            (Vector256.Load(x + index) + Vector256.Load(addend + index)).Store(x + index);
        }

        for (; index < count; index++)
        {
            x[index] += addend[index];
        }
    }

    public static void Rotate(float* head, int half, float* cosine, float* sine)
    {
        var index = 0;
        for (; index + 8 <= half; index += 8)
        {
            var first = Vector256.Load(head + index);
            var second = Vector256.Load(head + half + index);
            var cosines = Vector256.Load(cosine + index);
            var sines = Vector256.Load(sine + index);
            Vector256.FusedMultiplyAdd(first, cosines, -(second * sines)).Store(head + index);
            Vector256.FusedMultiplyAdd(second, cosines, first * sines).Store(head + half + index);
        }

        for (; index < half; index++)
        {
            var first = head[index];
            var second = head[half + index];
            head[index] = MathF.FusedMultiplyAdd(first, cosine[index], -(second * sine[index]));
            head[half + index] = MathF.FusedMultiplyAdd(second, cosine[index], first * sine[index]);
        }
    }

    private static float SumOfSquares(float* x, int count, float mean)
    {
        var lanes = stackalloc float[SummationOrder.Lanes];
        var means = Vector256.Create(mean);
        var lower = Vector256<float>.Zero;
        var upper = Vector256<float>.Zero;
        var index = 0;
        for (; index + SummationOrder.Lanes <= count; index += SummationOrder.Lanes)
        {
            var first = Vector256.Load(x + index) - means;
            var second = Vector256.Load(x + index + 8) - means;
            lower = Vector256.FusedMultiplyAdd(first, first, lower);
            upper = Vector256.FusedMultiplyAdd(second, second, upper);
        }

        if (index == count)
        {
            return VectorMath.Reduce(lower, upper);
        }

        lower.Store(lanes);
        upper.Store(lanes + 8);
        for (var lane = 0; index < count; index++, lane++)
        {
            var value = x[index] - mean;
            lanes[lane] = MathF.FusedMultiplyAdd(value, value, lanes[lane]);
        }

        return VectorMath.Reduce(Vector256.Load(lanes), Vector256.Load(lanes + 8));
    }
}
