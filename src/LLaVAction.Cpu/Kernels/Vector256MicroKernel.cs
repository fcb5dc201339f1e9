using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// 6 rows × 16 columns in 12 registers of 256 bits (AVX2 with fused multiply-add).
/// </summary>
internal sealed unsafe class Vector256MicroKernel : MicroKernel
{
    private const int Columns = 16;
    private const int Stride = SummationOrder.BlockLimit;

    /// <inheritdoc/>
    public override string Name => "AVX2, 6×16";

    /// <inheritdoc/>
    public override bool IsAccelerated => Vector256.IsHardwareAccelerated && System.Runtime.Intrinsics.X86.Fma.IsSupported;

    /// <inheritdoc/>
    public override int TileRows => 6;

    /// <inheritdoc/>
    public override int TileColumns => Columns;

    /// <inheritdoc/>
    public override void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst)
    {
        if (rows == TileRows)
        {
            Rows6(a, b, depth, tile, isFirst);
            return;
        }

        for (var row = 0; row < rows;)
        {
            var left = rows - row;
            var x = a + (row * Stride);
            var target = tile + (row * Columns);
            if (left >= 4)
            {
                Rows4(x, b, depth, target, isFirst);
                row += 4;
            }
            else if (left >= 2)
            {
                Rows2(x, b, depth, target, isFirst);
                row += 2;
            }
            else
            {
                Rows1(x, b, depth, target, isFirst);
                row++;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, Vector256<float> a, Vector256<float> b, bool isFirst)
    {
        if (!isFirst)
        {
            a = Vector256.Load(target) + a;
            b = Vector256.Load(target + 8) + b;
        }

        Vector256.Store(a, target);
        Vector256.Store(b, target + 8);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector256<float>.Zero;
        var c0b = Vector256<float>.Zero;
        var c1a = Vector256<float>.Zero;
        var c1b = Vector256<float>.Zero;
        var c2a = Vector256<float>.Zero;
        var c2b = Vector256<float>.Zero;
        var c3a = Vector256<float>.Zero;
        var c3b = Vector256<float>.Zero;
        var c4a = Vector256<float>.Zero;
        var c4b = Vector256<float>.Zero;
        var c5a = Vector256<float>.Zero;
        var c5b = Vector256<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            b += Columns;
            var x = Vector256.Create(*a);
            c0a = Vector256.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(x, bb, c0b);
            x = Vector256.Create(*(a + Stride));
            c1a = Vector256.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(x, bb, c1b);
            x = Vector256.Create(*(a + (2 * Stride)));
            c2a = Vector256.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector256.FusedMultiplyAdd(x, bb, c2b);
            x = Vector256.Create(*(a + (3 * Stride)));
            c3a = Vector256.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector256.FusedMultiplyAdd(x, bb, c3b);
            x = Vector256.Create(*(a + (4 * Stride)));
            c4a = Vector256.FusedMultiplyAdd(x, ba, c4a);
            c4b = Vector256.FusedMultiplyAdd(x, bb, c4b);
            x = Vector256.Create(*(a + (5 * Stride)));
            c5a = Vector256.FusedMultiplyAdd(x, ba, c5a);
            c5b = Vector256.FusedMultiplyAdd(x, bb, c5b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
        Store(tile + (2 * Columns), c2a, c2b, isFirst);
        Store(tile + (3 * Columns), c3a, c3b, isFirst);
        Store(tile + (4 * Columns), c4a, c4b, isFirst);
        Store(tile + (5 * Columns), c5a, c5b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector256<float>.Zero;
        var c0b = Vector256<float>.Zero;
        var c1a = Vector256<float>.Zero;
        var c1b = Vector256<float>.Zero;
        var c2a = Vector256<float>.Zero;
        var c2b = Vector256<float>.Zero;
        var c3a = Vector256<float>.Zero;
        var c3b = Vector256<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            b += Columns;
            var x = Vector256.Create(*a);
            c0a = Vector256.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(x, bb, c0b);
            x = Vector256.Create(*(a + Stride));
            c1a = Vector256.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(x, bb, c1b);
            x = Vector256.Create(*(a + (2 * Stride)));
            c2a = Vector256.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector256.FusedMultiplyAdd(x, bb, c2b);
            x = Vector256.Create(*(a + (3 * Stride)));
            c3a = Vector256.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector256.FusedMultiplyAdd(x, bb, c3b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
        Store(tile + (2 * Columns), c2a, c2b, isFirst);
        Store(tile + (3 * Columns), c3a, c3b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows2(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector256<float>.Zero;
        var c0b = Vector256<float>.Zero;
        var c1a = Vector256<float>.Zero;
        var c1b = Vector256<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            b += Columns;
            var x = Vector256.Create(*a);
            c0a = Vector256.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(x, bb, c0b);
            x = Vector256.Create(*(a + Stride));
            c1a = Vector256.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector256.FusedMultiplyAdd(x, bb, c1b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector256<float>.Zero;
        var c0b = Vector256<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector256.Load(b);
            var bb = Vector256.Load(b + 8);
            b += Columns;
            var x = Vector256.Create(*a);
            c0a = Vector256.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector256.FusedMultiplyAdd(x, bb, c0b);
        }

        Store(tile, c0a, c0b, isFirst);
    }
}
