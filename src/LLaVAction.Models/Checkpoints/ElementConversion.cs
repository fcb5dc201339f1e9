using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Exact widening of half-precision elements to float32.</summary>
public static class ElementConversion
{
    /// <summary>Widens bfloat16: its bits are the upper half of the float32.</summary>
    /// <param name="source">The bits of the elements.</param>
    /// <param name="destination">At least as many elements.</param>
    public static void BFloat16ToFloat32(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var bits = MemoryMarshal.Cast<float, uint>(destination[..source.Length]);
        TensorPrimitives.ConvertTruncating(source, bits);
        TensorPrimitives.ShiftLeft(bits, 16, bits);
    }

    /// <summary>Widens binary16, subnormal numbers, infinities and NaN included.</summary>
    /// <param name="source">The bits of the elements.</param>
    /// <param name="destination">At least as many elements.</param>
    public static void Float16ToFloat32(ReadOnlySpan<ushort> source, Span<float> destination) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(source), destination[..source.Length]);

    /// <summary>The nearest bfloat16 of each float32, halves to even; NaN stays NaN.</summary>
    /// <param name="source">The elements.</param>
    /// <param name="destination">Receives the bits, at least as many.</param>
    public static void Float32ToBFloat16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = (ushort)(float.IsNaN(source[i]) ? (bits >> 16) | 0x40 : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
