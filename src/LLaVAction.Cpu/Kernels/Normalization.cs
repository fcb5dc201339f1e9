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

    public float[] Scale { get; }

    // One addend per column; null in RMSNorm.
    public float[]? Shift { get; }

    public float Epsilon { get; }

    public bool IsCentred => Shift is not null;

    public static Normalization LayerNorm(float[] scale, float[] shift, float epsilon) => scale.Length == shift.Length
        ? new Normalization(scale, shift, epsilon)
        : throw new ArgumentException($"{scale.Length} scales and {shift.Length} shifts.", nameof(shift));

    public static Normalization RmsNorm(float[] scale, float epsilon) => new(scale, null, epsilon);
}
