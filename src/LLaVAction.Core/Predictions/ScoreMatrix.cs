using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using LLaVAction.Annotations;
using LLaVAction.Predictions.Pickles;

namespace LLaVAction.Predictions;

/// <summary>
/// A two-dimensional array of float16, float32 or float64 scores in a pickle, read a block of rows at a time.
/// </summary>
internal sealed class ScoreMatrix : ScoreRows
{
    /// <summary>Rows are read in blocks of about this size: large enough to stream, small enough for the cache.</summary>
    private const int BlockBytes = 1 << 20;

    /// <summary>In Fortran order a block gathers this many rows from every column.</summary>
    private const int FortranBlockRows = 1024;

    private readonly ArrayReader elements;
    private readonly PickleArray array;
    private readonly string name;

    public ScoreMatrix(PickleFile file, PickleArray array, string name, ColumnClasses columns)
        : base(columns)
    {
        this.array = array;
        this.name = name;
        File = file;
        elements = new ArrayReader(file, array);
    }

    /// <summary>The pickle.</summary>
    public PickleFile File { get; }

    private int Size => array.Type.Size;

    private int RowCount => (int)array.Shape[0];

    /// <summary>
    /// Ranks rows in one pass over the array.
    /// </summary>
    /// <param name="top">How many of the best classes to keep at hand.</param>
    /// <param name="truthOfRow">The true class of a row, or null where the row is not asked for.</param>
    /// <param name="nameOfRow">What a message calls a row.</param>
    /// <param name="add">Takes each ranking.</param>
    public void Rank(int top, Func<int, ActionClass?> truthOfRow, Func<int, string> nameOfRow, Action<int, ActionRanking> add)
    {
        if (Size == sizeof(double))
        {
            Rank<double>(top, truthOfRow, nameOfRow, add);
        }
        else
        {
            Rank<float>(top, truthOfRow, nameOfRow, add);
        }
    }

    protected override void Read(int row, Span<double> destination)
    {
        var raw = new byte[Columns.Count * Size];
        ReadRows(row, 1, raw);
        var scores = Size == sizeof(double) ? null : new float[Columns.Count];
        if (scores is null)
        {
            MemoryMarshal.Cast<byte, double>(raw).CopyTo(destination);
            return;
        }

        var widened = Size == sizeof(float) ? MemoryMarshal.Cast<byte, float>(raw) : Widen(raw, scores);
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = widened[i];
        }
    }

    private static ReadOnlySpan<float> Widen(ReadOnlySpan<byte> halves, Span<float> destination)
    {
        var source = MemoryMarshal.Cast<byte, Half>(halves);
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = (float)source[i];
        }

        return destination[..source.Length];
    }

    private void Rank<T>(int top, Func<int, ActionClass?> truthOfRow, Func<int, string> nameOfRow, Action<int, ActionRanking> add)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var rowBytes = Columns.Count * Size;
        var blockRows = array.IsFortran ? FortranBlockRows : Math.Max(1, BlockBytes / rowBytes);
        blockRows = Math.Min(blockRows, RowCount);
        var raw = new byte[blockRows * rowBytes];
        var widened = Size == 2 ? new float[Columns.Count] : [];
        var best = new TopScores<T>(Math.Min(top, Columns.Count), Columns.TieOrder);
        for (var first = 0; first < RowCount; first += blockRows)
        {
            var count = Math.Min(blockRows, RowCount - first);
            ReadRows(first, count, raw.AsSpan(0, count * rowBytes));
            for (var i = 0; i < count; i++)
            {
                if (truthOfRow(first + i) is not { } truth)
                {
                    continue;
                }

                ReadOnlySpan<byte> bytes = raw.AsSpan(i * rowBytes, rowBytes);
                var scores = Size == 2
                    ? MemoryMarshal.Cast<float, T>(Widen(bytes, widened))
                    : MemoryMarshal.Cast<byte, T>(bytes);
                var nan = best.Rank(scores);
                if (nan >= 0)
                {
                    throw new InputException(
                        $"{File.Path} {nameOfRow(first + i)}: {name} of class '{Columns.Classes[nan]}' is NaN, expected a number. The recogniser failed on this clip; run it again.");
                }

                add(first + i, ScoreRanking.Create(this, first + i, best, scores, truth));
            }
        }
    }

    /// <summary>Reads rows as native little-endian elements in C order.</summary>
    private void ReadRows(int first, int count, Span<byte> destination)
    {
        if (!array.IsFortran)
        {
            elements.Read((long)first * Columns.Count * Size, destination);
        }
        else
        {
            Gather(first, count, destination);
        }

        if (array.Type.IsBigEndian)
        {
            Reverse(destination);
        }
    }

    private void Gather(int first, int count, Span<byte> destination)
    {
        var segment = new byte[count * Size];
        for (var column = 0; column < Columns.Count; column++)
        {
            elements.Read((((long)column * RowCount) + first) * Size, segment);
            for (var i = 0; i < count; i++)
            {
                segment.AsSpan(i * Size, Size).CopyTo(destination[(((i * Columns.Count) + column) * Size)..]);
            }
        }
    }

    private void Reverse(Span<byte> bytes)
    {
        switch (Size)
        {
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubleWords = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            default:
                var quadWords = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
        }
    }
}
