using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Performance.Compute;

/// <summary>Weights and inputs of the right shapes whose values mean nothing: speed does not depend on them.</summary>
internal static class RandomWeights
{
    /// <summary>Repeated through every weight; prime, so that rows differ.</summary>
    private const int Period = 65_537;

    /// <summary>A weight of small values.</summary>
    public static WeightMatrix Weight(int rows, int columns, WeightType type)
    {
        if (type == WeightType.Float32)
        {
            var values = new float[checked(rows * columns)];
            for (var index = 0; index < values.Length; index++)
            {
                values[index] = Value(index);
            }

            return WeightMatrix.FromValues(rows, columns, values);
        }

        var bits = new ushort[checked(rows * columns)];
        for (var index = 0; index < bits.Length; index++)
        {
            bits[index] = type == WeightType.BFloat16
                ? (ushort)(BitConverter.SingleToUInt32Bits(Value(index)) >> 16)
                : BitConverter.HalfToUInt16Bits((Half)Value(index));
        }

        return WeightMatrix.FromBits(type, rows, columns, bits);
    }

    /// <summary>A projection.</summary>
    public static DenseLayer Layer(int rows, int columns, WeightType type, bool hasBias)
        => new(Weight(rows, columns, type), hasBias ? new float[rows] : null);

    /// <summary>A matrix of values around 1.</summary>
    public static Matrix Matrix(int rows, int columns)
    {
        var matrix = new Matrix(rows, columns);
        for (var index = 0; index < matrix.Span.Length; index++)
        {
            matrix.Span[index] = 20 * Value(index);
        }

        return matrix;
    }

    /// <summary>Ones.</summary>
    public static float[] Ones(int count)
    {
        var ones = new float[count];
        Array.Fill(ones, 1f);
        return ones;
    }

    private static float Value(int index) => (((index % Period) * 40_503 % Period) - (Period / 2)) / (Period * 10f);
}
