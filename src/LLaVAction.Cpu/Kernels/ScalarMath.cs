namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// The functions of the kernels, one value at a time: the definition that the vector forms follow operation by operation.
/// </summary>
internal static class ScalarMath
{
    public const float ExpMinimum = -87.33654f;

    // Arguments above it are taken as it, so that no infinity arises (e⁸⁸ ≈ 1.7e38).
    public const float ExpMaximum = 88f;

    public const float Log2E = 1.44269504f;

    // ln 2, upper part: few enough bits that its products with whole numbers up to 128 are exact.
    public const float Ln2High = 0.693359375f;

    // ln 2, what the upper part lacks.
    public const float Ln2Low = -2.12194440e-4f;

    // √(2/π).
    public const float SqrtTwoOverPi = 0.7978845608f;

    public const float GeluCubic = 0.044715f;

    // 1/√2.
    public const float InverseSqrtTwo = 0.70710678f;

    // e to the power of x: within 2 units in the last place; exactly 1 at 0.
    public static float Exp(float x)
    {
        if (x < ExpMinimum)
        {
            return 0f;
        }

        var clamped = MathF.Min(x, ExpMaximum);
        var whole = MathF.Round(clamped * Log2E, MidpointRounding.ToEven);
        var rest = MathF.FusedMultiplyAdd(whole, -Ln2High, clamped);
        rest = MathF.FusedMultiplyAdd(whole, -Ln2Low, rest);

        // Taylor to the sixth power: |rest| ≤ ln 2 / 2, where the seventh is below 1.3e-7 of the value's last place.
        var sum = 1f / 720f;
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 120f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 24f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f / 6f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 0.5f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f);
        sum = MathF.FusedMultiplyAdd(sum, rest, 1f);
        return sum * BitConverter.Int32BitsToSingle(((int)whole + 127) << 23);
    }

    // 1 / (1 + e⁻ˣ).
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));

    public static float Silu(float x) => x / (1f + Exp(-x));

    // GELU's tanh form, x/2 · (1 + tanh(√(2/π)(x + 0.044715x³))), as x · sigmoid of twice that argument.
    public static float GeluTanh(float x)
    {
        var inner = MathF.FusedMultiplyAdd(GeluCubic * x * x, x, x);
        return x / (1f + Exp(-2f * SqrtTwoOverPi * inner));
    }

    // GELU's exact form, x/2 · (1 + erf(x/√2)).
    public static float GeluErf(float x) => 0.5f * x * (1f + Erf(x * InverseSqrtTwo));

    // The error function, within 2e-7.
    public static float Erf(float x)
    {
        // Coefficients: see ErfCoefficients.
        var magnitude = MathF.Min(MathF.Abs(x), ErfCoefficients.Saturation);
        var square = magnitude * magnitude;
        var near = ErfCoefficients.Near;
        var small = near[^1];
        for (var index = near.Length - 2; index >= 0; index--)
        {
            small = MathF.FusedMultiplyAdd(small, square, near[index]);
        }

        var far = ErfCoefficients.Far;
        var exponent = far[^1];
        for (var index = far.Length - 2; index >= 0; index--)
        {
            exponent = MathF.FusedMultiplyAdd(exponent, magnitude, far[index]);
        }

        var large = 1f - Exp(exponent * magnitude);
        return MathF.CopySign(magnitude < ErfCoefficients.Border ? small * magnitude : large, x);
    }
}
