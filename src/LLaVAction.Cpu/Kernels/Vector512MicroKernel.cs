using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// 12 rows × 32 columns in 24 registers of 512 bits (AVX-512). Where the machine has none, the runtime emulates them: right, and
/// slow.
/// </summary>
internal sealed unsafe class Vector512MicroKernel : MicroKernel
{
    private const int Columns = 32;
    private const int Stride = SummationOrder.BlockLimit;

    /// <inheritdoc/>
    public override string Name => "AVX-512, 12×32";

    /// <inheritdoc/>
    public override bool IsAccelerated => Vector512.IsHardwareAccelerated;

    /// <inheritdoc/>
    public override int TileRows => 12;

    /// <inheritdoc/>
    public override int TileColumns => Columns;

    /// <inheritdoc/>
    public override void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst)
    {
        if (rows == TileRows)
        {
            Rows12(a, b, depth, tile, isFirst);
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
    private static void Store(float* target, Vector512<float> a, Vector512<float> b, bool isFirst)
    {
        if (!isFirst)
        {
            a = Vector512.Load(target) + a;
            b = Vector512.Load(target + 16) + b;
        }

        Vector512.Store(a, target);
        Vector512.Store(b, target + 16);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero;
        var c1b = Vector512<float>.Zero;
        var c2a = Vector512<float>.Zero;
        var c2b = Vector512<float>.Zero;
        var c3a = Vector512<float>.Zero;
        var c3b = Vector512<float>.Zero;
        var c4a = Vector512<float>.Zero;
        var c4b = Vector512<float>.Zero;
        var c5a = Vector512<float>.Zero;
        var c5b = Vector512<float>.Zero;
        var c6a = Vector512<float>.Zero;
        var c6b = Vector512<float>.Zero;
        var c7a = Vector512<float>.Zero;
        var c7b = Vector512<float>.Zero;
        var c8a = Vector512<float>.Zero;
        var c8b = Vector512<float>.Zero;
        var c9a = Vector512<float>.Zero;
        var c9b = Vector512<float>.Zero;
        var c10a = Vector512<float>.Zero;
        var c10b = Vector512<float>.Zero;
        var c11a = Vector512<float>.Zero;
        var c11b = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            x = Vector512.Create(*(a + Stride));
            c1a = Vector512.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(x, bb, c1b);
            x = Vector512.Create(*(a + (2 * Stride)));
            c2a = Vector512.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(x, bb, c2b);
            x = Vector512.Create(*(a + (3 * Stride)));
            c3a = Vector512.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(x, bb, c3b);
            x = Vector512.Create(*(a + (4 * Stride)));
            c4a = Vector512.FusedMultiplyAdd(x, ba, c4a);
            c4b = Vector512.FusedMultiplyAdd(x, bb, c4b);
            x = Vector512.Create(*(a + (5 * Stride)));
            c5a = Vector512.FusedMultiplyAdd(x, ba, c5a);
            c5b = Vector512.FusedMultiplyAdd(x, bb, c5b);
            x = Vector512.Create(*(a + (6 * Stride)));
            c6a = Vector512.FusedMultiplyAdd(x, ba, c6a);
            c6b = Vector512.FusedMultiplyAdd(x, bb, c6b);
            x = Vector512.Create(*(a + (7 * Stride)));
            c7a = Vector512.FusedMultiplyAdd(x, ba, c7a);
            c7b = Vector512.FusedMultiplyAdd(x, bb, c7b);
            x = Vector512.Create(*(a + (8 * Stride)));
            c8a = Vector512.FusedMultiplyAdd(x, ba, c8a);
            c8b = Vector512.FusedMultiplyAdd(x, bb, c8b);
            x = Vector512.Create(*(a + (9 * Stride)));
            c9a = Vector512.FusedMultiplyAdd(x, ba, c9a);
            c9b = Vector512.FusedMultiplyAdd(x, bb, c9b);
            x = Vector512.Create(*(a + (10 * Stride)));
            c10a = Vector512.FusedMultiplyAdd(x, ba, c10a);
            c10b = Vector512.FusedMultiplyAdd(x, bb, c10b);
            x = Vector512.Create(*(a + (11 * Stride)));
            c11a = Vector512.FusedMultiplyAdd(x, ba, c11a);
            c11b = Vector512.FusedMultiplyAdd(x, bb, c11b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
        Store(tile + (2 * Columns), c2a, c2b, isFirst);
        Store(tile + (3 * Columns), c3a, c3b, isFirst);
        Store(tile + (4 * Columns), c4a, c4b, isFirst);
        Store(tile + (5 * Columns), c5a, c5b, isFirst);
        Store(tile + (6 * Columns), c6a, c6b, isFirst);
        Store(tile + (7 * Columns), c7a, c7b, isFirst);
        Store(tile + (8 * Columns), c8a, c8b, isFirst);
        Store(tile + (9 * Columns), c9a, c9b, isFirst);
        Store(tile + (10 * Columns), c10a, c10b, isFirst);
        Store(tile + (11 * Columns), c11a, c11b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows4(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero;
        var c1b = Vector512<float>.Zero;
        var c2a = Vector512<float>.Zero;
        var c2b = Vector512<float>.Zero;
        var c3a = Vector512<float>.Zero;
        var c3b = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            x = Vector512.Create(*(a + Stride));
            c1a = Vector512.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(x, bb, c1b);
            x = Vector512.Create(*(a + (2 * Stride)));
            c2a = Vector512.FusedMultiplyAdd(x, ba, c2a);
            c2b = Vector512.FusedMultiplyAdd(x, bb, c2b);
            x = Vector512.Create(*(a + (3 * Stride)));
            c3a = Vector512.FusedMultiplyAdd(x, ba, c3a);
            c3b = Vector512.FusedMultiplyAdd(x, bb, c3b);
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
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        var c1a = Vector512<float>.Zero;
        var c1b = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
            x = Vector512.Create(*(a + Stride));
            c1a = Vector512.FusedMultiplyAdd(x, ba, c1a);
            c1b = Vector512.FusedMultiplyAdd(x, bb, c1b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector512<float>.Zero;
        var c0b = Vector512<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector512.Load(b);
            var bb = Vector512.Load(b + 16);
            b += Columns;
            var x = Vector512.Create(*a);
            c0a = Vector512.FusedMultiplyAdd(x, ba, c0a);
            c0b = Vector512.FusedMultiplyAdd(x, bb, c0b);
        }

        Store(tile, c0a, c0b, isFirst);
    }
}
