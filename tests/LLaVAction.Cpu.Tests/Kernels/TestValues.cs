using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>Repeatable inputs of kernels, with or without the outlier channels real towers and language models have.</summary>
internal static class TestValues
{
    /// <summary>The variants that equal the scalar definition on this machine: all, where it has fused multiply-adds.</summary>
    public static IReadOnlyList<MicroKernel> FusedKernels { get; } = [.. MicroKernel.All.Where(kernel => kernel.IsFused)];

    /// <summary>The fastest of them.</summary>
    public static MicroKernel FusedKernel { get; } = FusedKernels.First(kernel => kernel.IsAccelerated);

    /// <summary>Values of roughly unit size.</summary>
    public static float[] Noise(int count, string purpose)
    {
        var random = new KeyedRandom(7, purpose, "kernel test");
        var values = new float[count];
        for (var index = 0; index < count; index++)
        {
            values[index] = (float)((random.NextDouble() * 4) - 2);
        }

        return values;
    }

    /// <summary>A matrix of noise; every 37th column is scaled by 3,000 where outliers are asked for.</summary>
    public static Matrix Matrix(int rows, int columns, string purpose, bool hasOutliers = false)
    {
        var values = Noise(rows * columns, purpose);
        if (hasOutliers)
        {
            for (var index = 0; index < values.Length; index++)
            {
                values[index] *= index % columns % 37 == 5 ? 3000f : 1f;
            }
        }

        return LLaVAction.Cpu.Kernels.Matrix.FromValues(rows, columns, values);
    }

    /// <summary>A layer of noise, stored as asked.</summary>
    public static DenseLayer Layer(int rows, int columns, WeightType type, bool hasBias, string purpose)
    {
        var values = Noise(rows * columns, purpose);
        var weight = type switch
        {
            WeightType.Float32 => WeightMatrix.FromValues(rows, columns, values),
            WeightType.BFloat16 => WeightMatrix.FromBits(type, rows, columns, Array.ConvertAll(values, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))),
            _ => WeightMatrix.FromBits(type, rows, columns, Array.ConvertAll(values, value => BitConverter.HalfToUInt16Bits((Half)(value * (value > 1.9f ? 1e-6f : 1f))))),
        };
        return new DenseLayer(weight, hasBias ? Noise(rows, purpose + " bias") : null);
    }
}
