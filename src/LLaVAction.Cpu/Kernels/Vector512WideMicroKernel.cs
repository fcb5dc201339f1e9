using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// 4 rows × 80 columns in 20 registers of 512 bits: for products whose columns are a little fewer than 80, as the values of
/// SigLIP's heads (72) are. It is not among <see cref="MicroKernel.All"/>, whose widths divide a strip of a projection.
/// </summary>
internal sealed unsafe class Vector512WideMicroKernel : MicroKernel
{
    private const int Columns = 80;
    private const int Stride = SummationOrder.BlockLimit;

    public override string Name => "AVX-512, 4×80";

    public override bool IsAccelerated => Vector512.IsHardwareAccelerated;

    public override int TileRows => 4;

    public override int TileColumns => Columns;

    public override void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst)
    {
        if (rows == TileRows)
        {
            Rows4(a, b, depth, tile, isFirst);
            return;
        }

        for (var row = 0; row < rows; row++)
        {
            Rows1(a + (row * Stride), b, depth, tile + (row * Columns), isFirst);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* target, Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, Vector512<float> e, bool isFirst)
    {
        if (!isFirst)
        {
            a = Vector512.Load(target) + a;
            b = Vector512.Load(target + 16) + b;
            c = Vector512.Load(target + 32) + c;
            d = Vector512.Load(target + 48) + d;
            e = Vector512.Load(target + 64) + e;
        }

        a.Store(target);
        b.Store(target + 16);
        c.Store(target + 32);
        d.Store(target + 48);
        e.Store(target + 64);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        var c0c = Vector512<float>.Zero;
        var c0d = Vector512<float>.Zero;
        var c0e = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero;
        var c1b = Vector512<float>.Zero;
        var c1c = Vector512<float>.Zero;
        var c1d = Vector512<float>.Zero;
        var c1e = Vector512<float>.Zero;
        var c2a = Vector512<float>.Zero;
        var c2b = Vector512<float>.Zero;
        var c2c = Vector512<float>.Zero;
        var c2d = Vector512<float>.Zero;
        var c2e = Vector512<float>.Zero;
        var c3a = Vector512<float>.Zero;
        var c3b = Vector512<float>.Zero;
        var c3c = Vector512<float>.Zero;
        var c3d = Vector512<float>.Zero;
        var c3e = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            var bc = Vector512.Load(b + 32);
            var bd = Vector512.Load(b + 48);
            var be = Vector512.Load(b + 64);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            c0c = Vector512.FusedMultiplyAdd(x, bc, c0c);
            c0d = Vector512.FusedMultiplyAdd(x, bd, c0d);
            c0e = Vector512.FusedMultiplyAdd(x, be, c0e);
            x = Vector512.Create(*(a + Stride));
            c1a = Vector512.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(x, bb, c1b);
            c1c = Vector512.FusedMultiplyAdd(x, bc, c1c);
            c1d = Vector512.FusedMultiplyAdd(x, bd, c1d);
            c1e = Vector512.FusedMultiplyAdd(x, be, c1e);
            x = Vector512.Create(*(a + (2 * Stride)));
            c2a = Vector512.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(x, bb, c2b);
            c2c = Vector512.FusedMultiplyAdd(x, bc, c2c);
            c2d = Vector512.FusedMultiplyAdd(x, bd, c2d);
            c2e = Vector512.FusedMultiplyAdd(x, be, c2e);
            x = Vector512.Create(*(a + (3 * Stride)));
            c3a = Vector512.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(x, bb, c3b);
            c3c = Vector512.FusedMultiplyAdd(x, bc, c3c);
            c3d = Vector512.FusedMultiplyAdd(x, bd, c3d);
            c3e = Vector512.FusedMultiplyAdd(x, be, c3e);
        }

        Store(tile, c0a, c0b, c0c, c0d, c0e, isFirst);
        Store(tile + Columns, c1a, c1b, c1c, c1d, c1e, isFirst);
        Store(tile + (2 * Columns), c2a, c2b, c2c, c2d, c2e, isFirst);
        Store(tile + (3 * Columns), c3a, c3b, c3c, c3d, c3e, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        var c0c = Vector512<float>.Zero;
        var c0d = Vector512<float>.Zero;
        var c0e = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            var bc = Vector512.Load(b + 32);
            var bd = Vector512.Load(b + 48);
            var be = Vector512.Load(b + 64);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            c0c = Vector512.FusedMultiplyAdd(x, bc, c0c);
            c0d = Vector512.FusedMultiplyAdd(x, bd, c0d);
            c0e = Vector512.FusedMultiplyAdd(x, be, c0e);
        }

        Store(tile, c0a, c0b, c0c, c0d, c0e, isFirst);
    }
}
