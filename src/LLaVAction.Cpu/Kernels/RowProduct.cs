using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// One row of x times 32 rows of a weight: the decoding step, which is bound by reading the weights. They are turned and
/// widened in registers and never stored; each output is the same chain of multiply-adds as in a micro-kernel. While 32 rows are
/// summed, the next 32 are fetched in the order they lie: memory serves one long stream about twice as fast as 32 short ones.
/// </summary>
internal static unsafe class RowProduct
{
    public const int Outputs = 32;

    private const int LineBytes = 64;

    private const int Group = 8;

    private const int MostFirstBytes = 128 << 10;

    public static bool IsSupported => Transposition.IsSupported && Fma.IsSupported;

    /// <summary>sums[j] = the whole sum over k of x[k] · weight[firstRow + j, k], block by block.</summary>
    /// <param name="weight">The weight; 32 rows from <paramref name="firstRow"/> on exist.</param>
    /// <param name="firstRow">Output feature of the first sum.</param>
    /// <param name="x">The row.</param>
    /// <param name="sums">32 sums.</param>
    public static void Multiply(WeightMatrix weight, int firstRow, float* x, float* sums)
    {
        var rowBytes = (nint)weight.Columns * weight.ElementSize;
        var source = weight.Pointer + (firstRow * rowBytes);
        var blockSize = SummationOrder.BlockSize(weight.Columns);
        for (var start = 0; start < weight.Columns; start += blockSize)
        {
            var depth = Math.Min(blockSize, weight.Columns - start);
            var offset = (nint)start * weight.ElementSize;

            var ahead = source + (Outputs * (rowBytes + offset));
            switch (weight.Type)
            {
                case WeightType.Float32:
                    Singles(source + offset, rowBytes, ahead, x + start, depth, sums, start == 0);
                    break;
                case WeightType.BFloat16:
                    Pairs<BFloat16Widening>(source + offset, rowBytes, ahead, x + start, depth, sums, start == 0);
                    break;
                default:
                    Pairs<Float16Widening>(source + offset, rowBytes, ahead, x + start, depth, sums, start == 0);
                    break;
            }
        }
    }

    public static void FetchFirst(WeightMatrix weight, int firstRow)
    {
        var rowBytes = (long)weight.Columns * weight.ElementSize;
        var bytes = (int)Math.Min(Outputs * rowBytes, MostFirstBytes);
        Fetch(weight.Pointer + (firstRow * rowBytes), bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(byte* start, int bytes)
    {
        for (var offset = 0; offset < bytes; offset += LineBytes)
        {
            Sse.Prefetch1(start + offset);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pairs<TWidening>(byte* source, nint rowBytes, byte* ahead, float* x, int depth, float* sums, bool isFirst)
        where TWidening : struct, IWidening
    {
        var s0 = Vector256<float>.Zero;
        var s1 = Vector256<float>.Zero;
        var s2 = Vector256<float>.Zero;
        var s3 = Vector256<float>.Zero;
        var groupBytes = Group * rowBytes;
        var k = 0;
        for (; k + (2 * Group) <= depth; k += 2 * Group)
        {
            var p = source + (k * sizeof(ushort));
            Fetch(ahead + (k * Outputs * sizeof(ushort)), Outputs * 2 * Group * sizeof(ushort));
            s0 = Chain16<TWidening>(p, rowBytes, x + k, s0);
            s1 = Chain16<TWidening>(p + groupBytes, rowBytes, x + k, s1);
            s2 = Chain16<TWidening>(p + (2 * groupBytes), rowBytes, x + k, s2);
            s3 = Chain16<TWidening>(p + (3 * groupBytes), rowBytes, x + k, s3);
        }

        var rest = stackalloc float[Outputs];
        s0.Store(rest);
        s1.Store(rest + 8);
        s2.Store(rest + 16);
        s3.Store(rest + 24);
        for (; k < depth; k++)
        {
            for (var row = 0; row < Outputs; row++)
            {
                rest[row] = MathF.FusedMultiplyAdd(x[k], TWidening.Widen(((ushort*)(source + (row * rowBytes)))[k]), rest[row]);
            }
        }

        AddTo(sums, rest, isFirst);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Singles(byte* source, nint rowBytes, byte* ahead, float* x, int depth, float* sums, bool isFirst)
    {
        var s0 = Vector256<float>.Zero;
        var s1 = Vector256<float>.Zero;
        var s2 = Vector256<float>.Zero;
        var s3 = Vector256<float>.Zero;
        var groupBytes = Group * rowBytes;
        var k = 0;
        for (; k + Group <= depth; k += Group)
        {
            var p = source + (k * sizeof(float));
            Fetch(ahead + (k * Outputs * sizeof(float)), Outputs * Group * sizeof(float));
            s0 = Chain8(p, rowBytes, x + k, s0);
            s1 = Chain8(p + groupBytes, rowBytes, x + k, s1);
            s2 = Chain8(p + (2 * groupBytes), rowBytes, x + k, s2);
            s3 = Chain8(p + (3 * groupBytes), rowBytes, x + k, s3);
        }

        var rest = stackalloc float[Outputs];
        s0.Store(rest);
        s1.Store(rest + 8);
        s2.Store(rest + 16);
        s3.Store(rest + 24);
        for (; k < depth; k++)
        {
            for (var row = 0; row < Outputs; row++)
            {
                rest[row] = MathF.FusedMultiplyAdd(x[k], ((float*)(source + (row * rowBytes)))[k], rest[row]);
            }
        }

        AddTo(sums, rest, isFirst);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Chain16<TWidening>(byte* source, nint rowBytes, float* x, Vector256<float> sums)
        where TWidening : struct, IWidening
    {
        Transposition.Load(
            source,
            rowBytes,
            out var r0,
            out var r1,
            out var r2,
            out var r3,
            out var r4,
            out var r5,
            out var r6,
            out var r7);
        sums = ChainPair<TWidening>(r0, x, sums);
        sums = ChainPair<TWidening>(r1, x + 2, sums);
        sums = ChainPair<TWidening>(r2, x + 4, sums);
        sums = ChainPair<TWidening>(r3, x + 6, sums);
        sums = ChainPair<TWidening>(r4, x + 8, sums);
        sums = ChainPair<TWidening>(r5, x + 10, sums);
        sums = ChainPair<TWidening>(r6, x + 12, sums);
        return ChainPair<TWidening>(r7, x + 14, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ChainPair<TWidening>(Vector256<float> pairs, float* x, Vector256<float> sums)
        where TWidening : struct, IWidening
    {
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[0]), TWidening.Lower(pairs.AsUInt32()), sums);
        return Vector256.FusedMultiplyAdd(Vector256.Create(x[1]), TWidening.Upper(pairs.AsUInt32()), sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Chain8(byte* source, nint rowBytes, float* x, Vector256<float> sums)
    {
        Transposition.Load(
            source,
            rowBytes,
            out var r0,
            out var r1,
            out var r2,
            out var r3,
            out var r4,
            out var r5,
            out var r6,
            out var r7);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[0]), r0, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[1]), r1, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[2]), r2, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[3]), r3, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[4]), r4, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[5]), r5, sums);
        sums = Vector256.FusedMultiplyAdd(Vector256.Create(x[6]), r6, sums);
        return Vector256.FusedMultiplyAdd(Vector256.Create(x[7]), r7, sums);
    }

    private static void AddTo(float* sums, float* block, bool isFirst)
    {
        for (var output = 0; output < Outputs; output += 8)
        {
            var sum = Vector256.Load(block + output);
            (isFirst ? sum : Vector256.Load(sums + output) + sum).Store(sums + output);
        }
    }
}
