using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Eight rows of eight 32-bit values, turned in registers (AVX).</summary>
internal static unsafe class Transposition
{
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(
        byte* source,
        nint rowBytes,
        out Vector256<float> r0,
        out Vector256<float> r1,
        out Vector256<float> r2,
        out Vector256<float> r3,
        out Vector256<float> r4,
        out Vector256<float> r5,
        out Vector256<float> r6,
        out Vector256<float> r7)
    {
        var upper = source + (4 * rowBytes);
        var a0 = Join(source, upper);
        var a1 = Join(source + rowBytes, upper + rowBytes);
        var a2 = Join(source + (2 * rowBytes), upper + (2 * rowBytes));
        var a3 = Join(source + (3 * rowBytes), upper + (3 * rowBytes));
        Turn4(a0, a1, a2, a3, out r0, out r1, out r2, out r3);
        var b0 = Join(source + 16, upper + 16);
        var b1 = Join(source + rowBytes + 16, upper + rowBytes + 16);
        var b2 = Join(source + (2 * rowBytes) + 16, upper + (2 * rowBytes) + 16);
        var b3 = Join(source + (3 * rowBytes) + 16, upper + (3 * rowBytes) + 16);
        Turn4(b0, b1, b2, b3, out r4, out r5, out r6, out r7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Join(byte* lower, byte* upper)
        => Avx.InsertVector128(Vector128.Load((float*)lower).ToVector256Unsafe(), Vector128.Load((float*)upper), 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn4(
        Vector256<float> a,
        Vector256<float> b,
        Vector256<float> c,
        Vector256<float> d,
        out Vector256<float> r0,
        out Vector256<float> r1,
        out Vector256<float> r2,
        out Vector256<float> r3)
    {
        var abLow = Avx.UnpackLow(a, b).AsDouble();
        var abHigh = Avx.UnpackHigh(a, b).AsDouble();
        var cdLow = Avx.UnpackLow(c, d).AsDouble();
        var cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        r0 = Avx.UnpackLow(abLow, cdLow).AsSingle();
        r1 = Avx.UnpackHigh(abLow, cdLow).AsSingle();
        r2 = Avx.UnpackLow(abHigh, cdHigh).AsSingle();
        r3 = Avx.UnpackHigh(abHigh, cdHigh).AsSingle();
    }
}
