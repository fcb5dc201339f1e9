using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
        var i = 0;
        for (; i + Vector256<ushort>.Count <= source.Length; i += Vector256<ushort>.Count)
        {
            var half = Vector256.Create(source[i..]);
            Vector256.ShiftLeft(Vector256.WidenLower(half), 16).CopyTo(bits[i..]);
            Vector256.ShiftLeft(Vector256.WidenUpper(half), 16).CopyTo(bits[(i + Vector256<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            bits[i] = (uint)source[i] << 16;
        }
    }

    /// <summary>Widens binary16, subnormal numbers, infinities and NaN included.</summary>
    /// <param name="source">The bits of the elements.</param>
    /// <param name="destination">At least as many elements.</param>
    public static void Float16ToFloat32(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var target = destination[..source.Length];
        var i = 0;
        for (; i + Vector256<ushort>.Count <= source.Length; i += Vector256<ushort>.Count)
        {
            var half = Vector256.Create(source[i..]);
            WidenFloat16(Vector256.WidenLower(half)).CopyTo(target[i..]);
            WidenFloat16(Vector256.WidenUpper(half)).CopyTo(target[(i + Vector256<float>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
        }
    }

    /// <summary>
    /// Exponent and fraction shifted into place make a float32 that is 2^112 too small (the difference of the exponent
    /// biases), subnormal numbers included, so that one multiplication puts it right; exponent 31 becomes 255.
    /// </summary>
    private static Vector256<float> WidenFloat16(Vector256<uint> half)
    {
        var sign = Vector256.ShiftLeft(half & Vector256.Create(0x8000u), 16);
        var magnitude = half & Vector256.Create(0x7FFFu);
        var finite = (Vector256.ShiftLeft(magnitude, 13).AsSingle() * Vector256.Create(BitConverter.UInt32BitsToSingle((127u + 112u) << 23))).AsUInt32();
        var special = Vector256.ShiftLeft(magnitude, 13) | Vector256.Create(0x7F800000u);
        var isSpecial = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u));
        return (Vector256.ConditionalSelect(isSpecial, special, finite) | sign).AsSingle();
    }
}
