namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Chebyshev fits, made in float64 and rounded, of the error function: below <see cref="Border"/> erf(x) = x · near(x²), from
/// it on erf(x) = 1 − exp(x · far(x)). Lowest power first.
/// </summary>
internal static class ErfCoefficients
{
    public const float Border = 1f;

    // From here on erf is 1 in float32.
    public const float Saturation = 4f;

    public static ReadOnlySpan<float> Near =>
    [
        1.1283792f, -0.37612638f, 0.11283783f, -0.026865438f, 0.0052210535f, -0.00084843964f, 0.00011268251f, -9.673582e-06f,
    ];

    public static ReadOnlySpan<float> Far =>
    [
        -1.1287782f, -0.63467515f, -0.10692556f, 0.024242742f, -0.0037855366f, 0.0003144047f, 5.2085034e-06f,
        -3.6591366e-06f, 2.3760865e-07f,
    ];
}
