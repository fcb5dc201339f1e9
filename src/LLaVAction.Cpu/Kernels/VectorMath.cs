using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>The functions of <see cref="ScalarMath"/>, eight or sixteen values at a time, operation by operation the same.</summary>
internal static class VectorMath
{
    // Σ in the order of Reduce: lanes 0–7 and 8–15, added in halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Reduce(Vector256<float> lower, Vector256<float> upper)
    {
        var eight = lower + upper;
        var four = eight.GetLower() + eight.GetUpper();
        return four.GetElement(0) + four.GetElement(2) + (four.GetElement(1) + four.GetElement(3));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // x second: the native forms then hand on a NaN.
        var clamped = Vector256.MinNative(Vector256.Create(ScalarMath.ExpMaximum), x);
        clamped = Vector256.MaxNative(Vector256.Create(ScalarMath.ExpMinimum), clamped);
        var whole = Vector256.Round(clamped * Vector256.Create(ScalarMath.Log2E));
        var rest = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-ScalarMath.Ln2High), clamped);
        rest = Vector256.FusedMultiplyAdd(whole, Vector256.Create(-ScalarMath.Ln2Low), rest);
        var sum = Vector256.Create(1f / 720f);
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 120f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 24f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1f / 6f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256<float>.One);
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256<float>.One);
        var power = (Vector256.ConvertToInt32Native(whole) + Vector256.Create(127)) << 23;
        return Vector256.AndNot(sum * power.AsSingle(), Vector256.LessThan(x, Vector256.Create(ScalarMath.ExpMinimum)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        // x second: the native forms then hand on a NaN.
        var clamped = Vector512.MinNative(Vector512.Create(ScalarMath.ExpMaximum), x);
        clamped = Vector512.MaxNative(Vector512.Create(ScalarMath.ExpMinimum), clamped);
        var whole = Vector512.Round(clamped * Vector512.Create(ScalarMath.Log2E));
        var rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-ScalarMath.Ln2High), clamped);
        rest = Vector512.FusedMultiplyAdd(whole, Vector512.Create(-ScalarMath.Ln2Low), rest);
        var sum = Vector512.Create(1f / 720f);
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1f / 120f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1f / 24f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1f / 6f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(0.5f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512<float>.One);
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512<float>.One);
        var power = (Vector512.ConvertToInt32Native(whole) + Vector512.Create(127)) << 23;
        return Vector512.AndNot(sum * power.AsSingle(), Vector512.LessThan(x, Vector512.Create(ScalarMath.ExpMinimum)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Silu(Vector256<float> x) => x / (Vector256<float>.One + Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> GeluTanh(Vector256<float> x)
    {
        var inner = Vector256.FusedMultiplyAdd(Vector256.Create(ScalarMath.GeluCubic) * x * x, x, x);
        return x / (Vector256<float>.One + Exp(Vector256.Create(-2f * ScalarMath.SqrtTwoOverPi) * inner));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> GeluErf(Vector256<float> x)
        => Vector256.Create(0.5f) * x * (Vector256<float>.One + Erf(x * Vector256.Create(ScalarMath.InverseSqrtTwo)));

    public static Vector256<float> Erf(Vector256<float> x)
    {
        var magnitude = Vector256.MinNative(Vector256.Create(ErfCoefficients.Saturation), Vector256.Abs(x));
        var small = Polynomial(ErfCoefficients.Near, magnitude * magnitude) * magnitude;
        var exponent = Polynomial(ErfCoefficients.Far, magnitude) * magnitude;
        var large = Vector256<float>.One - Exp(exponent);
        var isSmall = Vector256.LessThan(magnitude, Vector256.Create(ErfCoefficients.Border));
        return Vector256.CopySign(Vector256.ConditionalSelect(isSmall, small, large), x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Polynomial(ReadOnlySpan<float> coefficients, Vector256<float> x)
    {
        var sum = Vector256.Create(coefficients[^1]);
        for (var index = coefficients.Length - 2; index >= 0; index--)
        {
            sum = Vector256.FusedMultiplyAdd(sum, x, Vector256.Create(coefficients[index]));
        }

        return sum;
    }
}
