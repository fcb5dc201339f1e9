using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>A 16-bit number format whose values lie two by two in 32-bit lanes.</summary>
internal interface IWidening
{
    // The lower (first) value of each lane as float32.
    static abstract Vector256<float> Lower(Vector256<uint> pairs);

    // The upper (second) value of each lane as float32.
    static abstract Vector256<float> Upper(Vector256<uint> pairs);

    // One value as float32.
    static abstract float Widen(ushort bits);
}

/// <summary>bfloat16: the upper half of float32.</summary>
internal readonly struct BFloat16Widening : IWidening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lower(Vector256<uint> pairs) => (pairs << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Upper(Vector256<uint> pairs) => (pairs & Vector256.Create(0xFFFF_0000u)).AsSingle();

    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}

/// <summary>IEEE binary16, widened exactly, subnormal numbers, infinities and NaN included.</summary>
internal readonly struct Float16Widening : IWidening
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Lower(Vector256<uint> pairs) => Widen(pairs & Vector256.Create(0xFFFFu));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Upper(Vector256<uint> pairs) => Widen(pairs >> 16);

    public static float Widen(ushort bits) => (float)BitConverter.UInt16BitsToHalf(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector256<uint> half)
    {
        var magnitude = (half & Vector256.Create(0x7FFFu)) << 13;
        var sign = (half & Vector256.Create(0x8000u)) << 16;

        // The exponent's bias differs by 112; the multiplication also normalises subnormal numbers.
        var scaled = magnitude.AsSingle() * Vector256.Create(5.192296858534828e33f);
        var isSpecial = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u << 13));
        var special = magnitude | Vector256.Create(0x7F80_0000u);
        return (Vector256.ConditionalSelect(isSpecial, special, scaled.AsUInt32()) | sign).AsSingle();
    }
}
