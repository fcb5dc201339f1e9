using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Predictions;

/// <summary>
/// The best few of a row of scores without sorting it: elements are compared, a vector at a time, with the worst of the
/// best so far, which most fail. The same comparison finds NaN.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class TopScores<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] scores;
    private readonly int[] columns;
    private readonly int[]? tieOrder;
    private int filled;

    /// <param name="count">How many of the best to keep.</param>
    /// <param name="tieOrder">
    /// The place of each column among equal scores; null where the columns are in that order already.
    /// </param>
    public TopScores(int count, int[]? tieOrder)
    {
        scores = new T[count];
        columns = new int[count];
        this.tieOrder = tieOrder;
    }

    /// <summary>The best columns of the row last ranked, best first.</summary>
    public ReadOnlySpan<int> Columns => columns.AsSpan(0, filled);

    /// <summary>Their scores.</summary>
    public ReadOnlySpan<T> Scores => scores.AsSpan(0, filled);

    /// <summary>Ranks a row; gives the first column that is NaN, or −1.</summary>
    public int Rank(ReadOnlySpan<T> row)
    {
        filled = 0;
        var position = Math.Min(scores.Length, row.Length);
        for (var i = 0; i < position; i++)
        {
            if (T.IsNaN(row[i]))
            {
                return i;
            }

            Insert(row[i], i);
        }

        if (scores.Length == 0)
        {
            return row.IndexOf(T.NaN);
        }

        return tieOrder is null ? Scan<Greater>(row, position) : Scan<GreaterOrEqual>(row, position);
    }

    /// <summary>The 1-based rank of a column's score in a row without NaN.</summary>
    public int RankOf(ReadOnlySpan<T> row, int column)
    {
        var score = row[column];
        var threshold = Vector256.Create(score);
        var vectors = MemoryMarshal.Cast<T, Vector256<T>>(row);
        var greater = 0;
        var equal = 0;
        foreach (var vector in vectors)
        {
            greater += BitOperations.PopCount(Vector256.GreaterThan(vector, threshold).ExtractMostSignificantBits());
            equal += BitOperations.PopCount(Vector256.Equals(vector, threshold).ExtractMostSignificantBits());
        }

        foreach (var other in row[(vectors.Length * Vector256<T>.Count)..])
        {
            greater += other > score ? 1 : 0;
            equal += other == score ? 1 : 0;
        }

        return 1 + greater + (equal > 1 ? EqualBefore(row, column) : 0);
    }

    private int EqualBefore(ReadOnlySpan<T> row, int column)
    {
        var before = 0;
        for (var i = 0; i < row.Length; i++)
        {
            before += row[i] == row[column] && IsBefore(i, column) ? 1 : 0;
        }

        return before;
    }

    private int Scan<TComparison>(ReadOnlySpan<T> row, int start)
        where TComparison : struct, IComparison
    {
        const int unrolled = 4;
        var vectors = MemoryMarshal.Cast<T, Vector256<T>>(row[start..]);
        var i = 0;
        var threshold = Vector256.Create(scores[^1]);
        for (; i + unrolled <= vectors.Length; i += unrolled)
        {
            // One test for four vectors: it fails for a better score and for NaN.
            if (TComparison.AllFail(vectors[i], threshold) && TComparison.AllFail(vectors[i + 1], threshold)
                && TComparison.AllFail(vectors[i + 2], threshold) && TComparison.AllFail(vectors[i + 3], threshold))
            {
                continue;
            }

            var first = start + (i * Vector256<T>.Count);
            var nan = InsertBetter(row, first, first + (unrolled * Vector256<T>.Count));
            if (nan >= 0)
            {
                return nan;
            }

            threshold = Vector256.Create(scores[^1]);
        }

        return InsertBetter(row, start + (i * Vector256<T>.Count), row.Length);
    }

    private int InsertBetter(ReadOnlySpan<T> row, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            var score = row[i];
            if (score > scores[^1] || (score == scores[^1] && IsBefore(i, columns[^1])))
            {
                Insert(score, i);
            }
            else if (T.IsNaN(score))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Puts a score in its place; the worst leaves where the list is full.</summary>
    private void Insert(T score, int column)
    {
        var place = filled < scores.Length ? filled++ : filled - 1;
        while (place > 0 && (score > scores[place - 1] || (score == scores[place - 1] && IsBefore(column, columns[place - 1]))))
        {
            scores[place] = scores[place - 1];
            columns[place] = columns[place - 1];
            place--;
        }

        scores[place] = score;
        columns[place] = column;
    }

    private bool IsBefore(int column, int other) =>
        tieOrder is null ? column < other : tieOrder[column] < tieOrder[other];

    private interface IComparison
    {
        static abstract bool AllFail(Vector256<T> scores, Vector256<T> threshold);
    }

    private readonly struct Greater : IComparison
    {
        public static bool AllFail(Vector256<T> scores, Vector256<T> threshold) => Vector256.LessThanOrEqualAll(scores, threshold);
    }

    private readonly struct GreaterOrEqual : IComparison
    {
        public static bool AllFail(Vector256<T> scores, Vector256<T> threshold) => Vector256.LessThanAll(scores, threshold);
    }
}
