using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace LLaVAction.Recognizers;

/// <summary>One row of scores at a time, and the best of them.</summary>
/// <typeparam name="T">Type of a score: <see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ScoreRow<T>(ScoreColumns columns)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int BlockLength = 32;

    private readonly T[] _maxima = new T[(columns.Count + BlockLength - 1) / BlockLength];
    private readonly T[] _sortedMaxima = new T[(columns.Count + BlockLength - 1) / BlockLength];
    private readonly T[] _keys = new T[columns.Count];
    private readonly int[] _columns = new int[columns.Count];
    private int[] _best = [];
    private int _kept;

    public T[] Scores { get; } = new T[columns.Count];

    // Bytes of rows that were read together; for the table.
    public byte[] Block { get; set; } = [];

    // The first row in Block; negative where there is none.
    public int BlockRow { get; set; } = -1;

    // What decides between equal scores before the names of the classes; null where there is nothing.
    public T[]? TieBreaks { get; set; }

    public int? FirstNaN { get; private set; }

    // Finds the best columns. True where any of them are equal, or equal to one that was left out: their order is then for
    // SelectAmongTies to decide.
    public bool Select(int count)
    {
        FirstNaN = null;
        var bound = MeasureBlocks(count);
        var found = 0;
        for (var block = 0; block < _maxima.Length; block++)
        {
            // A block that holds no number has NaN as its maximum, which is not below anything.
            if (_maxima[block] < bound)
            {
                continue;
            }

            var end = Math.Min(Scores.Length, (block + 1) * BlockLength);
            for (var column = block * BlockLength; column < end; column++)
            {
                var score = Scores[column];
                if (score < bound)
                {
                    continue;
                }

                FirstNaN ??= T.IsNaN(score) ? column : null;
                (_keys[found], _columns[found]) = (-score, column);
                found++;
            }
        }

        Array.Sort(_keys, _columns, 0, found);
        _kept = Math.Min(count, found);
        _best = _columns;
        var isTied = false;
        for (var place = 1; place < Math.Min(count + 1, found); place++)
        {
            isTied |= _keys[place] == _keys[place - 1];
        }

        return isTied;
    }

    public void SelectAmongTies(int count)
    {
        // Those beyond the cut that equal the last one kept are kept as well, so that TiedPlaces can see them.
        var least = Scores[_best[_kept - 1]];
        _best = [.. Enumerable.Range(0, Scores.Length).Where(column => Scores[column] >= least)];
        Array.Sort(_best, Compare);
        _kept = count;
    }

    // Whether all scores are equal. They are damaged then, whatever would order them.
    public bool AreAllEqual() => Scores.Length > 1 && Array.TrueForAll(Scores, score => score == Scores[0]);

    public (int Column, double Score)[] Kept()
    {
        var kept = new (int, double)[_kept];
        for (var place = 0; place < kept.Length; place++)
        {
            kept[place] = (_best[place], double.CreateTruncating(Scores[_best[place]]));
        }

        return kept;
    }

    // Bit r−1 tells whether the columns at ranks r and r + 1 are equally good, after SelectAmongTies; for the first 64 ranks.
    public ulong TiedPlaces()
    {
        var places = 0UL;
        for (var place = 0; place < Math.Min(64, Math.Min(_kept, _best.Length - 1)); place++)
        {
            places |= AreEqual(_best[place], _best[place + 1]) ? 1UL << place : 0;
        }

        return places;
    }

    /// <summary>The 1-based rank of a column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="readTieBreaks">Reads what decides between equal scores, where nobody needed it yet.</param>
    public int RankOf(int column, Func<T[]?> readTieBreaks)
    {
        if (_best.AsSpan(0, _kept).IndexOf(column) is >= 0 and var place)
        {
            return place + 1;
        }

        var score = Scores[column];
        var (greater, equal) = CountFrom(score);
        var rank = 1 + greater;
        if (equal > 1)
        {
            TieBreaks ??= readTieBreaks();
            for (var other = 0; other < Scores.Length; other++)
            {
                rank += Scores[other] == score && other != column && Compare(other, column) < 0 ? 1 : 0;
            }
        }

        return rank;
    }

    public int[] Sorted()
    {
        int[] order = [.. Enumerable.Range(0, Scores.Length)];
        Array.Sort(order, Compare);
        return order;
    }

    private bool AreEqual(int left, int right) =>
        Scores[left] == Scores[right] && (TieBreaks is null || TieBreaks[left] == TieBreaks[right]);

    private int Compare(int left, int right)
    {
        var order = Scores[right].CompareTo(Scores[left]);
        order = order == 0 && TieBreaks is not null ? TieBreaks[right].CompareTo(TieBreaks[left]) : order;
        return order == 0 ? columns.TieOrder[left].CompareTo(columns.TieOrder[right]) : order;
    }

    // Optimised at once: measured on a few rows, the comparisons become branches that cost seven times as much.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Greater, int Equal) CountFrom(T score)
    {
        var greater = 0;
        var equal = 0;
        foreach (var other in Scores)
        {
            greater += other > score ? 1 : 0;
            equal += other == score ? 1 : 0;
        }

        return (greater, equal);
    }

    // The maximum of each block, and a score that at least so many columns reach: that many blocks have one that does.
    private T MeasureBlocks(int count)
    {
        for (var block = 0; block < _maxima.Length; block++)
        {
            var start = block * BlockLength;
            _maxima[block] = TensorPrimitives.Max<T>(Scores.AsSpan(start, Math.Min(BlockLength, Scores.Length - start)));
        }

        if (count > _maxima.Length)
        {
            return T.NegativeInfinity;
        }

        _maxima.CopyTo(_sortedMaxima, 0);
        Array.Sort(_sortedMaxima);
        return _sortedMaxima[^count];
    }
}
