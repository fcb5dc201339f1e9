using System.Runtime.CompilerServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Tiles two registers wide: 12 rows fill the 32 registers of AVX-512, 6 rows the 16 of AVX2 and of 128 bits. Every sum has a register
/// of its own, which the compiler keeps only if each is a variable of its own: hence the written-out rows.
/// </summary>
/// <typeparam name="TLanes">The instructions of a register width.</typeparam>
/// <typeparam name="TVector">Its register.</typeparam>
internal sealed unsafe class VectorMicroKernel<TLanes, TVector>(string name, bool isAccelerated, bool isFused, int tileRows) : MicroKernel
    where TLanes : ILanes<TVector>
    where TVector : struct
{
    private const int Stride = SummationOrder.BlockLimit;

    private static int Columns => 2 * TLanes.Count;

    public override string Name => name;

    public override bool IsAccelerated => isAccelerated;

    public override bool IsFused => isFused;

    public override int TileRows => tileRows;

    public override int TileColumns => Columns;

    public override void Multiply(float* a, float* b, int depth, float* tile, int rows, bool isFirst)
    {
        for (var row = 0; row < rows;)
        {
            var x = a + (row * Stride);
            var target = tile + (row * Columns);
            switch (rows - row)
            {
                case >= 12:
                    Rows12(x, b, depth, target, isFirst);
                    row += 12;
                    break;
                case >= 6 when tileRows == 6:
                    Rows6(x, b, depth, target, isFirst);
                    row += 6;
                    break;
                case >= 4:
                    Rows4(x, b, depth, target, isFirst);
                    row += 4;
                    break;
                case >= 2:
                    Rows2(x, b, depth, target, isFirst);
                    row += 2;
                    break;
                default:
                    Rows1(x, b, depth, target, isFirst);
                    row++;
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* target, TVector a, TVector b, bool isFirst)
    {
        TLanes.Store(isFirst ? a : TLanes.Add(TLanes.Load(target), a), target);
        TLanes.Store(isFirst ? b : TLanes.Add(TLanes.Load(target + TLanes.Count), b), target + TLanes.Count);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows12(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        TVector c0a = default, c0b = default;
        TVector c1a = default, c1b = default;
        TVector c2a = default, c2b = default;
        TVector c3a = default, c3b = default;
        TVector c4a = default, c4b = default;
        TVector c5a = default, c5b = default;
        TVector c6a = default, c6b = default;
        TVector c7a = default, c7b = default;
        TVector c8a = default, c8b = default;
        TVector c9a = default, c9b = default;
        TVector c10a = default, c10b = default;
        TVector c11a = default, c11b = default;
        for (var end = a + depth; a < end; a++)
        {
            TVector ba = TLanes.Load(b), bb = TLanes.Load(b + TLanes.Count);
            b += 2 * TLanes.Count;
            var x = TLanes.Broadcast(*a);
            c0a = TLanes.MultiplyAdd(x, ba, c0a);
            c0b = TLanes.MultiplyAdd(x, bb, c0b);
            x = TLanes.Broadcast(*(a + Stride));
            c1a = TLanes.MultiplyAdd(x, ba, c1a);
            c1b = TLanes.MultiplyAdd(x, bb, c1b);
            x = TLanes.Broadcast(*(a + (2 * Stride)));
            c2a = TLanes.MultiplyAdd(x, ba, c2a);
            c2b = TLanes.MultiplyAdd(x, bb, c2b);
            x = TLanes.Broadcast(*(a + (3 * Stride)));
            c3a = TLanes.MultiplyAdd(x, ba, c3a);
            c3b = TLanes.MultiplyAdd(x, bb, c3b);
            x = TLanes.Broadcast(*(a + (4 * Stride)));
            c4a = TLanes.MultiplyAdd(x, ba, c4a);
            c4b = TLanes.MultiplyAdd(x, bb, c4b);
            x = TLanes.Broadcast(*(a + (5 * Stride)));
            c5a = TLanes.MultiplyAdd(x, ba, c5a);
            c5b = TLanes.MultiplyAdd(x, bb, c5b);
            x = TLanes.Broadcast(*(a + (6 * Stride)));
            c6a = TLanes.MultiplyAdd(x, ba, c6a);
            c6b = TLanes.MultiplyAdd(x, bb, c6b);
            x = TLanes.Broadcast(*(a + (7 * Stride)));
            c7a = TLanes.MultiplyAdd(x, ba, c7a);
            c7b = TLanes.MultiplyAdd(x, bb, c7b);
            x = TLanes.Broadcast(*(a + (8 * Stride)));
            c8a = TLanes.MultiplyAdd(x, ba, c8a);
            c8b = TLanes.MultiplyAdd(x, bb, c8b);
            x = TLanes.Broadcast(*(a + (9 * Stride)));
            c9a = TLanes.MultiplyAdd(x, ba, c9a);
            c9b = TLanes.MultiplyAdd(x, bb, c9b);
            x = TLanes.Broadcast(*(a + (10 * Stride)));
            c10a = TLanes.MultiplyAdd(x, ba, c10a);
            c10b = TLanes.MultiplyAdd(x, bb, c10b);
            x = TLanes.Broadcast(*(a + (11 * Stride)));
            c11a = TLanes.MultiplyAdd(x, ba, c11a);
            c11b = TLanes.MultiplyAdd(x, bb, c11b);
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
    private static void Rows6(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        TVector c0a = default, c0b = default;
        TVector c1a = default, c1b = default;
        TVector c2a = default, c2b = default;
        TVector c3a = default, c3b = default;
        TVector c4a = default, c4b = default;
        TVector c5a = default, c5b = default;
        for (var end = a + depth; a < end; a++)
        {
            TVector ba = TLanes.Load(b), bb = TLanes.Load(b + TLanes.Count);
            b += 2 * TLanes.Count;
            var x = TLanes.Broadcast(*a);
            c0a = TLanes.MultiplyAdd(x, ba, c0a);
            c0b = TLanes.MultiplyAdd(x, bb, c0b);
            x = TLanes.Broadcast(*(a + Stride));
            c1a = TLanes.MultiplyAdd(x, ba, c1a);
            c1b = TLanes.MultiplyAdd(x, bb, c1b);
            x = TLanes.Broadcast(*(a + (2 * Stride)));
            c2a = TLanes.MultiplyAdd(x, ba, c2a);
            c2b = TLanes.MultiplyAdd(x, bb, c2b);
            x = TLanes.Broadcast(*(a + (3 * Stride)));
            c3a = TLanes.MultiplyAdd(x, ba, c3a);
            c3b = TLanes.MultiplyAdd(x, bb, c3b);
            x = TLanes.Broadcast(*(a + (4 * Stride)));
            c4a = TLanes.MultiplyAdd(x, ba, c4a);
            c4b = TLanes.MultiplyAdd(x, bb, c4b);
            x = TLanes.Broadcast(*(a + (5 * Stride)));
            c5a = TLanes.MultiplyAdd(x, ba, c5a);
            c5b = TLanes.MultiplyAdd(x, bb, c5b);
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
        TVector c0a = default, c0b = default;
        TVector c1a = default, c1b = default;
        TVector c2a = default, c2b = default;
        TVector c3a = default, c3b = default;
        for (var end = a + depth; a < end; a++)
        {
            TVector ba = TLanes.Load(b), bb = TLanes.Load(b + TLanes.Count);
            b += 2 * TLanes.Count;
            var x = TLanes.Broadcast(*a);
            c0a = TLanes.MultiplyAdd(x, ba, c0a);
            c0b = TLanes.MultiplyAdd(x, bb, c0b);
            x = TLanes.Broadcast(*(a + Stride));
            c1a = TLanes.MultiplyAdd(x, ba, c1a);
            c1b = TLanes.MultiplyAdd(x, bb, c1b);
            x = TLanes.Broadcast(*(a + (2 * Stride)));
            c2a = TLanes.MultiplyAdd(x, ba, c2a);
            c2b = TLanes.MultiplyAdd(x, bb, c2b);
            x = TLanes.Broadcast(*(a + (3 * Stride)));
            c3a = TLanes.MultiplyAdd(x, ba, c3a);
            c3b = TLanes.MultiplyAdd(x, bb, c3b);
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
        TVector c0a = default, c0b = default;
        TVector c1a = default, c1b = default;
        for (var end = a + depth; a < end; a++)
        {
            TVector ba = TLanes.Load(b), bb = TLanes.Load(b + TLanes.Count);
            b += 2 * TLanes.Count;
            var x = TLanes.Broadcast(*a);
            c0a = TLanes.MultiplyAdd(x, ba, c0a);
            c0b = TLanes.MultiplyAdd(x, bb, c0b);
            x = TLanes.Broadcast(*(a + Stride));
            c1a = TLanes.MultiplyAdd(x, ba, c1a);
            c1b = TLanes.MultiplyAdd(x, bb, c1b);
        }

        Store(tile, c0a, c0b, isFirst);
        Store(tile + Columns, c1a, c1b, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows1(float* a, float* b, int depth, float* tile, bool isFirst)
    {
        TVector c0a = default, c0b = default;
        for (var end = a + depth; a < end; a++)
        {
            TVector ba = TLanes.Load(b), bb = TLanes.Load(b + TLanes.Count);
            b += 2 * TLanes.Count;
            var x = TLanes.Broadcast(*a);
            c0a = TLanes.MultiplyAdd(x, ba, c0a);
            c0b = TLanes.MultiplyAdd(x, bb, c0b);
        }

        Store(tile, c0a, c0b, isFirst);
    }
}
