using System.Runtime.Intrinsics;
using LLaVAction.Cpu.Kernels.Scalar;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Kernels over one row; see <see cref="ScalarRows"/> for their definition.</summary>
internal static unsafe class RowMath
{
    /// <summary>LayerNorm or RMSNorm of one row; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    public static void Normalize(float* x, int count, Normalization normalization, float* y)
    {
        float mean = normalization.IsCentred ? Sum(x, count) / count : 0f;
        float factor = 1f / MathF.Sqrt((SumOfSquares(x, count, mean) / count) + normalization.Epsilon);
        Vector256<float> means = Vector256.Create(mean);
        Vector256<float> factors = Vector256.Create(factor);
        fixed (float* scale = normalization.Scale, shift = normalization.Shift)
        {
            int index = 0;
            for (; index + 8 <= count; index += 8)
            {
                Vector256<float> scaled = (Vector256.Load(x + index) - means) * factors;
                Vector256<float> result = shift is null
                    ? scaled * Vector256.Load(scale + index)
                    : Vector256.FusedMultiplyAdd(scaled, Vector256.Load(scale + index), Vector256.Load(shift + index));
                result.Store(y + index);
            }

            for (; index < count; index++)
            {
                float scaled = (x[index] - mean) * factor;
                y[index] = shift is null ? scaled * scale[index] : MathF.FusedMultiplyAdd(scaled, scale[index], shift[index]);
            }
        }
    }

    /// <summary>Σ x, in sixteen lanes.</summary>
    public static float Sum(float* x, int count)
    {
        float* lanes = stackalloc float[SummationOrder.Lanes];
        Vector256<float> lower = Vector256<float>.Zero;
        Vector256<float> upper = Vector256<float>.Zero;
        int index = 0;
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
        for (int lane = 0; index < count; index++, lane++)
        {
            lanes[lane] += x[index];
        }

        return VectorMath.Reduce(Vector256.Load(lanes), Vector256.Load(lanes + 8));
    }

    /// <summary>y = x · factor; <paramref name="y"/> may be <paramref name="x"/>.</summary>
    public static void Scale(float* x, int count, float factor, float* y)
    {
        Vector256<float> factors = Vector256.Create(factor);
        int index = 0;
        for (; index + 8 <= count; index += 8)
        {
            (Vector256.Load(x + index) * factors).Store(y + index);
        }

        for (; index < count; index++)
        {
            y[index] = x[index] * factor;
        }
    }

    /// <summary>x += addend.</summary>
    public static void Add(float* x, float* addend, int count)
    {
        int index = 0;
        for (; index + 8 <= count; index += 8)
        {
            (Vector256.Load(x + index) + Vector256.Load(addend + index)).Store(x + index);
        }

        for (; index < count; index++)
        {
            x[index] += addend[index];
        }
    }

    /// <summary>Turns the pairs of one head, whose halves are <paramref name="half"/> columns long.</summary>
    public static void Rotate(float* head, int half, float* cosine, float* sine)
    {
        int index = 0;
        for (; index + 8 <= half; index += 8)
        {
            Vector256<float> first = Vector256.Load(head + index);
            Vector256<float> second = Vector256.Load(head + half + index);
            Vector256<float> cosines = Vector256.Load(cosine + index);
            Vector256<float> sines = Vector256.Load(sine + index);
            Vector256.FusedMultiplyAdd(first, cosines, -(second * sines)).Store(head + index);
            Vector256.FusedMultiplyAdd(second, cosines, first * sines).Store(head + half + index);
        }

        for (; index < half; index++)
        {
            float first = head[index];
            float second = head[half + index];
            head[index] = MathF.FusedMultiplyAdd(first, cosine[index], -(second * sine[index]));
            head[half + index] = MathF.FusedMultiplyAdd(second, cosine[index], first * sine[index]);
        }
    }

    private static float SumOfSquares(float* x, int count, float mean)
    {
        float* lanes = stackalloc float[SummationOrder.Lanes];
        Vector256<float> means = Vector256.Create(mean);
        Vector256<float> lower = Vector256<float>.Zero;
        Vector256<float> upper = Vector256<float>.Zero;
        int index = 0;
        for (; index + SummationOrder.Lanes <= count; index += SummationOrder.Lanes)
        {
            Vector256<float> first = Vector256.Load(x + index) - means;
            Vector256<float> second = Vector256.Load(x + index + 8) - means;
            lower = Vector256.FusedMultiplyAdd(first, first, lower);
            upper = Vector256.FusedMultiplyAdd(second, second, upper);
        }

        if (index == count)
        {
            return VectorMath.Reduce(lower, upper);
        }

        lower.Store(lanes);
        upper.Store(lanes + 8);
        for (int lane = 0; index < count; index++, lane++)
        {
            float value = x[index] - mean;
            lanes[lane] = MathF.FusedMultiplyAdd(value, value, lanes[lane]);
        }

        return VectorMath.Reduce(Vector256.Load(lanes), Vector256.Load(lanes + 8));
    }
}
