using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LLaVAction.Recognizers;

/// <summary>One row of scores at a time, and the best of them.</summary>
/// <typeparam name="T">Type of a score: <see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class ScoreRow<T>(ScoreColumns columns)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private int[] _best = [];
    private T[] _bestScores = [];
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
        // The sum is NaN where a score is, or where infinities cancel.
        FirstNaN = T.IsNaN(TensorPrimitives.Sum<T>(Scores)) && Array.FindIndex(Scores, T.IsNaN) is >= 0 and var column ? column : null;
        (_best, _bestScores, _kept) = (new int[count], new T[count], 0);
        return FirstNaN is null && Gather(count);
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

    // Keeps the best columns in order, as one pass finds them. Whether any are equal, or equal to the best one left out.
    // Optimised at once: a process reads a dump or two, and is done before the runtime would get to it.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Gather(int count)
    {
        var bound = T.NegativeInfinity;
        var leftOut = T.NegativeInfinity;
        for (var column = 0; (column = NextAtLeast(bound, column)) < Scores.Length; column++)
        {
            var score = Scores[column];
            if (_kept == count)
            {
                leftOut = bound;
                if (score == bound)
                {
                    continue;
                }

                _kept--;
            }

            var place = _kept;
            for (; place > 0 && _bestScores[place - 1] < score; place--)
            {
                (_bestScores[place], _best[place]) = (_bestScores[place - 1], _best[place - 1]);
            }

            (_bestScores[place], _best[place]) = (score, column);
            _kept++;
            bound = _kept == count ? _bestScores[^1] : bound;
        }

        var isTied = count < Scores.Length && leftOut == bound;
        for (var place = 1; place < _kept; place++)
        {
            isTied |= _bestScores[place] == _bestScores[place - 1];
        }

        return isTied;
    }

    // The first column from a place on whose score is at least the bound. The bits of positive numbers are ordered as the
    // numbers are, and the search for a range in a span of integers is vectorised.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int NextAtLeast(T bound, int from)
    {
        var scores = Scores.AsSpan(from);
        int distance;
        if (bound > T.Zero)
        {
            distance = typeof(T) == typeof(float)
                ? MemoryMarshal.Cast<T, int>(scores).IndexOfAnyInRange(Unsafe.BitCast<T, int>(bound), int.MaxValue)
                : MemoryMarshal.Cast<T, long>(scores).IndexOfAnyInRange(Unsafe.BitCast<T, long>(bound), long.MaxValue);
        }
        else
        {
            for (distance = 0; distance < scores.Length && scores[distance] < bound; distance++)
            {
            }
        }

        return distance < 0 ? Scores.Length : from + distance;
    }

    // Optimised at once: measured on a few rows, the comparisons would become branches, which cost seven times as much.
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
}
