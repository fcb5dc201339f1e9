using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;
using LLaVAction.Epic;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>
/// A two-dimensional array of float16, float32 or float64 scores in a pickle, read a block of rows at a time.
/// </summary>
internal sealed class ScoreMatrix : ScoreRows
{
    /// <summary>Rows are read in blocks of about this size: large enough to stream, small enough for the cache.</summary>
    private const int BlockBytes = 1 << 18;

    /// <summary>In Fortran order a block gathers this many rows from every column.</summary>
    private const int FortranBlockRows = 1024;

    private readonly PickleFile _file;
    private readonly ArrayReader _elements;
    private readonly PickleArray _array;
    private readonly string _name;

    public ScoreMatrix(PickleFile file, PickleArray array, string name, ColumnClasses columns)
        : base(columns)
    {
        _array = array;
        _name = name;
        _file = file;
        _elements = new ArrayReader(file, array);
    }

    private int Size => _array.Type.Size;

    private int RowCount => (int)_array.Shape[0];

    /// <summary>
    /// Ranks rows in one pass over the array, by narration id.
    /// </summary>
    /// <param name="top">How many of the best classes to keep at hand.</param>
    /// <param name="clipOfRow">The clip of a row, or null where the row is not asked for.</param>
    /// <param name="nameOfRow">What a message calls a row.</param>
    /// <exception cref="InputException">A score is NaN; the message names the first such row.</exception>
    public Dictionary<string, ActionRanking> Rank(int top, Func<int, ClipAnnotation?> clipOfRow, Func<int, string> nameOfRow) =>
        Size == sizeof(double) ? Rank<double>(top, clipOfRow, nameOfRow) : Rank<float>(top, clipOfRow, nameOfRow);

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

    private Dictionary<string, ActionRanking> Rank<T>(int top, Func<int, ClipAnnotation?> clipOfRow, Func<int, string> nameOfRow)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var blockRows = Math.Min(RowCount, _array.IsFortran ? FortranBlockRows : Math.Max(1, BlockBytes / (Columns.Count * Size)));
        var rankings = new ActionRanking?[RowCount];
        var failures = new ConcurrentBag<(int Row, int Column)>();
        Parallel.For(
            0,
            ((RowCount - 1) / blockRows) + 1,
            () => new Worker<T>(new byte[blockRows * Columns.Count * Size], Size == 2 ? new float[Columns.Count] : [], new TopScores<T>(Math.Min(top, Columns.Count), Columns.TieOrder)),
            (block, _, worker) =>
            {
                RankBlock(block * blockRows, Math.Min(blockRows, RowCount - (block * blockRows)), worker);
                return worker;
            },
            static _ => { });

        if (!failures.IsEmpty)
        {
            // Whichever thread found one first, the message is about the first row.
            var (row, column) = failures.Min();
            throw new InputException(
                $"{_file.Path} {nameOfRow(row)}: {_name} of class '{Columns.Classes[column]}' is NaN, expected a number. The recogniser failed on this clip; run it again.");
        }

        var byId = new Dictionary<string, ActionRanking>(RowCount, StringComparer.Ordinal);
        for (var row = 0; row < RowCount; row++)
        {
            if (rankings[row] is { } ranking)
            {
                byId.Add(clipOfRow(row)!.NarrationId, ranking);
            }
        }

        return byId;

        void RankBlock(int first, int count, Worker<T> worker)
        {
            var rowBytes = Columns.Count * Size;
            ReadRows(first, count, worker.Raw.AsSpan(0, count * rowBytes));
            for (var row = first; row < first + count; row++)
            {
                if (clipOfRow(row) is not { } clip)
                {
                    continue;
                }

                ReadOnlySpan<byte> bytes = worker.Raw.AsSpan((row - first) * rowBytes, rowBytes);
                var scores = Size == 2
                    ? MemoryMarshal.Cast<float, T>(Widen(bytes, worker.Widened))
                    : MemoryMarshal.Cast<byte, T>(bytes);
                var nan = worker.Best.Rank(scores);
                if (nan >= 0)
                {
                    failures.Add((row, nan));
                    continue;
                }

                rankings[row] = ScoreRanking.Create(this, row, worker.Best, scores, clip.Class);
            }
        }
    }

    /// <summary>Reads rows as native little-endian elements in C order.</summary>
    private void ReadRows(int first, int count, Span<byte> destination)
    {
        if (!_array.IsFortran)
        {
            _elements.Read((long)first * Columns.Count * Size, destination);
        }
        else
        {
            Gather(first, count, destination);
        }

        if (_array.Type.IsBigEndian)
        {
            Reverse(destination);
        }
    }

    private void Gather(int first, int count, Span<byte> destination)
    {
        var segment = new byte[count * Size];
        for (var column = 0; column < Columns.Count; column++)
        {
            _elements.Read((((long)column * RowCount) + first) * Size, segment);
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

    private sealed record Worker<T>(byte[] Raw, float[] Widened, TopScores<T> Best)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
