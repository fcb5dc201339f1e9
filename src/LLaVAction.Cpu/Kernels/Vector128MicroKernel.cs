using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// 6 rows × 8 columns in 12 registers of 128 bits: every machine has them (SSE, NEON). Multiply-adds are fused where the
/// machine can.
/// </summary>
internal sealed unsafe class Vector128MicroKernel : MicroKernel
{
    private const int Columns = 8;
    private const int Stride = SummationOrder.BlockLimit;

    /// <inheritdoc/>
    public override string Name => "128-bit, 6×8";

    /// <inheritdoc/>
    public override bool IsAccelerated => Vector128.IsHardwareAccelerated;

    /// <inheritdoc/>
    public override bool IsFused => Fma.IsSupported || AdvSimd.IsSupported;

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
    private static void Store(float* target, Vector128<float> a, Vector128<float> b, bool isFirst)
    {
        if (!isFirst)
        {
            a = Vector128.Load(target) + a;
            b = Vector128.Load(target + 4) + b;
        }

        Vector128.Store(a, target);
        Vector128.Store(b, target + 4);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows6(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector128<float>.Zero;
        var c0b = Vector128<float>.Zero;
        var c1a = Vector128<float>.Zero;
        var c1b = Vector128<float>.Zero;
        var c2a = Vector128<float>.Zero;
        var c2b = Vector128<float>.Zero;
        var c3a = Vector128<float>.Zero;
        var c3b = Vector128<float>.Zero;
        var c4a = Vector128<float>.Zero;
        var c4b = Vector128<float>.Zero;
        var c5a = Vector128<float>.Zero;
        var c5b = Vector128<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            b += Columns;
            var x = Vector128.Create(*a);
            c0a = Vector128.MultiplyAddEstimate(x, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x, bb, c0b);
            x = Vector128.Create(*(a + Stride));
            c1a = Vector128.MultiplyAddEstimate(x, ba, c1a);
            c1b = Vector128.MultiplyAddEstimate(x, bb, c1b);
            x = Vector128.Create(*(a + (2 * Stride)));
            c2a = Vector128.MultiplyAddEstimate(x, ba, c2a);
            c2b = Vector128.MultiplyAddEstimate(x, bb, c2b);
            x = Vector128.Create(*(a + (3 * Stride)));
            c3a = Vector128.MultiplyAddEstimate(x, ba, c3a);
            c3b = Vector128.MultiplyAddEstimate(x, bb, c3b);
            x = Vector128.Create(*(a + (4 * Stride)));
            c4a = Vector128.MultiplyAddEstimate(x, ba, c4a);
            c4b = Vector128.MultiplyAddEstimate(x, bb, c4b);
            x = Vector128.Create(*(a + (5 * Stride)));
            c5a = Vector128.MultiplyAddEstimate(x, ba, c5a);
            c5b = Vector128.MultiplyAddEstimate(x, bb, c5b);
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
        var c0a = Vector128<float>.Zero;
        var c0b = Vector128<float>.Zero;
        var c1a = Vector128<float>.Zero;
        var c1b = Vector128<float>.Zero;
        var c2a = Vector128<float>.Zero;
        var c2b = Vector128<float>.Zero;
        var c3a = Vector128<float>.Zero;
        var c3b = Vector128<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            b += Columns;
            var x = Vector128.Create(*a);
            c0a = Vector128.MultiplyAddEstimate(x, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x, bb, c0b);
            x = Vector128.Create(*(a + Stride));
            c1a = Vector128.MultiplyAddEstimate(x, ba, c1a);
            c1b = Vector128.MultiplyAddEstimate(x, bb, c1b);
            x = Vector128.Create(*(a + (2 * Stride)));
            c2a = Vector128.MultiplyAddEstimate(x, ba, c2a);
            c2b = Vector128.MultiplyAddEstimate(x, bb, c2b);
            x = Vector128.Create(*(a + (3 * Stride)));
            c3a = Vector128.MultiplyAddEstimate(x, ba, c3a);
            c3b = Vector128.MultiplyAddEstimate(x, bb, c3b);
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
        var c0a = Vector128<float>.Zero;
        var c0b = Vector128<float>.Zero;
        var c1a = Vector128<float>.Zero;
        var c1b = Vector128<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            b += Columns;
            var x = Vector128.Create(*a);
            c0a = Vector128.MultiplyAddEstimate(x, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x, bb, c0b);
            x = Vector128.Create(*(a + Stride));
            c1a = Vector128.MultiplyAddEstimate(x, ba, c1a);
            c1b = Vector128.MultiplyAddEstimate(x, bb, c1b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        var c0a = Vector128<float>.Zero;
        var c0b = Vector128<float>.Zero;
        for (var end = a + depth; a < end; a++)
        {
            var ba = Vector128.Load(b);
            var bb = Vector128.Load(b + 4);
            b += Columns;
            var x = Vector128.Create(*a);
            c0a = Vector128.MultiplyAddEstimate(x, ba, c0a);
            c0b = Vector128.MultiplyAddEstimate(x, bb, c0b);
        }

        Store(tile, c0a, c0b, isFirst);
    }
}
