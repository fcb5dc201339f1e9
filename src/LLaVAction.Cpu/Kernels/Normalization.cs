namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// A normalisation of rows. LayerNorm: (x − mean) / √(variance + ε) · scale + shift. RMSNorm (no shift):
/// x / √(mean of squares + ε) · scale.
/// </summary>
internal sealed record Normalization
{
    private Normalization(float[] scale, float[]? shift, float epsilon)
    {
        Scale = scale;
        Shift = shift;
        Epsilon = epsilon;
    }

    /// <summary>One factor per column.</summary>
    public float[] Scale { get; }

    /// <summary>One addend per column; null in RMSNorm.</summary>
    public float[]? Shift { get; }

    /// <summary>What keeps the divisor from zero.</summary>
    public float Epsilon { get; }

    /// <summary>Whether the mean is taken off (LayerNorm) or not (RMSNorm).</summary>
    public bool IsCentred => Shift is not null;

    /// <summary>A LayerNorm.</summary>
    public static Normalization LayerNorm(float[] scale, float[] shift, float epsilon) => scale.Length == shift.Length
        ? new Normalization(scale, shift, epsilon)
        : throw new ArgumentException($"{scale.Length} scales and {shift.Length} shifts.", nameof(shift));

    /// <summary>An RMSNorm.</summary>
    public static Normalization RmsNorm(float[] scale, float epsilon) => new(scale, null, epsilon);
}
