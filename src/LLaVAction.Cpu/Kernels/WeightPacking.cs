using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Turns a block of a weight into the panel a micro-kernel reads: rows of the weight become columns, 16-bit types become
/// float32 (exactly). Where the weight ends, the panel is filled with zeros.
/// </summary>
internal static unsafe class WeightPacking
{
    private const int Group = 8;

    private const int LineBytes = 64;

    /// <summary>panel[k, j] = weight[firstRow + j, firstColumn + k], zero beyond the weight's last row.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="firstRow">Output feature of the panel's first column.</param>
    /// <param name="panelColumns">Columns of the panel; a multiple of 8.</param>
    /// <param name="firstColumn">Input feature of the panel's first row.</param>
    /// <param name="depth">Rows of the panel.</param>
    /// <param name="panel">[depth, panelColumns].</param>
    public static void Pack(WeightMatrix weight, int firstRow, int panelColumns, int firstColumn, int depth, float* panel)
    {
        var rowBytes = (nint)weight.Columns * weight.ElementSize;
        var source = weight.Pointer + (firstRow * rowBytes) + ((nint)firstColumn * weight.ElementSize);
        Pack(source, weight.Type, rowBytes, weight.Rows - firstRow, panelColumns, depth, panel);
    }

    /// <summary>panel[k, j] = value k of row j, zero from the last row on.</summary>
    /// <param name="source">First value of the first row.</param>
    /// <param name="type">Stored type of the values.</param>
    /// <param name="rowBytes">Bytes from one row to the next.</param>
    /// <param name="rowsLeft">Rows that exist.</param>
    /// <param name="panelColumns">Columns of the panel; a multiple of 8.</param>
    /// <param name="depth">Rows of the panel.</param>
    /// <param name="panel">[depth, panelColumns].</param>
    public static void Pack(byte* source, WeightType type, nint rowBytes, int rowsLeft, int panelColumns, int depth, float* panel)
    {
        for (var column = 0; column < panelColumns; column += Group)
        {
            var rows = Math.Min(Group, rowsLeft - column);
            var done = 0;
            if (rows == Group && Transposition.IsSupported)
            {
                done = type switch
                {
                    WeightType.Float32 => PackSingles(source, rowBytes, depth, panel + column, panelColumns),
                    WeightType.BFloat16 => PackPairs<BFloat16Widening>(source, rowBytes, depth, panel + column, panelColumns),
                    _ => PackPairs<Float16Widening>(source, rowBytes, depth, panel + column, panelColumns),
                };
            }

            PackRest(source, type, rowBytes, rows, done, depth, panel + column, panelColumns);
            source += Group * rowBytes;
        }
    }

    /// <summary>Asks for a part of a weight that will be packed soon; only the speed depends on it.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="firstRow">First output feature.</param>
    /// <param name="rows">Output features.</param>
    /// <param name="firstColumn">First input feature.</param>
    /// <param name="depth">Input features.</param>
    public static void Fetch(WeightMatrix weight, int firstRow, int rows, int firstColumn, int depth)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        var rowBytes = (nint)weight.Columns * weight.ElementSize;
        var bytes = depth * weight.ElementSize;
        var row = weight.Pointer + (firstRow * rowBytes) + ((nint)firstColumn * weight.ElementSize);
        for (; rows > 0; rows--, row += rowBytes)
        {
            for (var offset = 0; offset < bytes; offset += LineBytes)
            {
                Sse.Prefetch1(row + offset);
            }
        }
    }

    private static void PackRest(byte* source, WeightType type, nint rowBytes, int rows, int start, int depth, float* panel, int panelColumns)
    {
        for (var k = start; k < depth; k++)
        {
            for (var row = 0; row < Group; row++)
            {
                panel[(k * panelColumns) + row] = row >= rows ? 0f : type switch
                {
                    WeightType.Float32 => ((float*)(source + (row * rowBytes)))[k],
                    WeightType.BFloat16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)(source + (row * rowBytes)))[k] << 16),
                    _ => (float)((Half*)(source + (row * rowBytes)))[k],
                };
            }
        }
    }

    private static int PackSingles(byte* source, nint rowBytes, int depth, float* panel, int panelColumns)
    {
        var k = 0;
        for (; k + Group <= depth; k += Group)
        {
            Transposition.Load(
                source + (k * sizeof(float)),
                rowBytes,
                out var r0,
                out var r1,
                out var r2,
                out var r3,
                out var r4,
                out var r5,
                out var r6,
                out var r7);
            var target = panel + (k * panelColumns);
            r0.Store(target);
            r1.Store(target + panelColumns);
            r2.Store(target + (2 * panelColumns));
            r3.Store(target + (3 * panelColumns));
            r4.Store(target + (4 * panelColumns));
            r5.Store(target + (5 * panelColumns));
            r6.Store(target + (6 * panelColumns));
            r7.Store(target + (7 * panelColumns));
        }

        return k;
    }

    private static int PackPairs<TWidening>(byte* source, nint rowBytes, int depth, float* panel, int panelColumns)
        where TWidening : struct, IWidening
    {
        var k = 0;
        for (; k + (2 * Group) <= depth; k += 2 * Group)
        {
            Transposition.Load(
                source + (k * sizeof(ushort)),
                rowBytes,
                out var r0,
                out var r1,
                out var r2,
                out var r3,
                out var r4,
                out var r5,
                out var r6,
                out var r7);
            var target = panel + (k * panelColumns);
            var next = 2 * panelColumns;
            StorePair<TWidening>(r0, target, panelColumns);
            StorePair<TWidening>(r1, target + next, panelColumns);
            StorePair<TWidening>(r2, target + (2 * next), panelColumns);
            StorePair<TWidening>(r3, target + (3 * next), panelColumns);
            StorePair<TWidening>(r4, target + (4 * next), panelColumns);
            StorePair<TWidening>(r5, target + (5 * next), panelColumns);
            StorePair<TWidening>(r6, target + (6 * next), panelColumns);
            StorePair<TWidening>(r7, target + (7 * next), panelColumns);
        }

        return k;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair<TWidening>(Vector256<float> pairs, float* target, int panelColumns)
        where TWidening : struct, IWidening
    {
        TWidening.Lower(pairs.AsUInt32()).Store(target);
        TWidening.Upper(pairs.AsUInt32()).Store(target + panelColumns);
    }
}
