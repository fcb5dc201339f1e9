using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLaVAction.Recognizers;

/// <summary>
/// The best few of a row of scores without sorting it, by vector comparisons. The row is dealt into many groups; the
/// k-th best of the groups' maxima bounds the k-th best score from below, closely. The few scores that reach the bound
/// are the candidates, and each finds its place by counting the better ones.
/// </summary>
/// <typeparam name="T"><see cref="float"/> or <see cref="double"/>.</typeparam>
internal sealed class TopScores<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>With three groups per score kept, about 1.2 k scores reach the bound.</summary>
    private const int GroupsPerScore = 3;

    /// <summary>Counting is quadratic: where more scores than this times k reach the bound (ties), they are inserted one by one.</summary>
    private const int MostCandidatesPerScore = 4;

    // Tiered compilation would leave the first thousands of rows to unoptimised code.
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    private readonly T[] _scores;
    private readonly int[] _columns;
    private readonly int[]? _tieOrder;
    private readonly Vector256<T>[] _groups;
    private readonly Vector256<T>[] _candidates;
    private readonly int[] _candidateColumns;
    private int _filled;

    /// <summary>Prepares for rows of any length.</summary>
    /// <param name="count">How many of the best to keep.</param>
    /// <param name="tieOrder">
    /// The place of each column among equal scores; null where the columns are in that order already.
    /// </param>
    public TopScores(int count, int[]? tieOrder)
    {
        _scores = new T[count];
        _columns = new int[count];
        _tieOrder = tieOrder;
        _groups = new Vector256<T>[Math.Max(1, (int)BitOperations.RoundUpToPowerOf2((uint)(count * GroupsPerScore / Width)))];
        _candidates = new Vector256<T>[(count * MostCandidatesPerScore / Width) + 1];
        _candidateColumns = new int[_candidates.Length * Width];
    }

    /// <summary>The best columns of the row last ranked, best first.</summary>
    public ReadOnlySpan<int> Columns => _columns.AsSpan(0, _filled);

    /// <summary>Their scores.</summary>
    public ReadOnlySpan<T> Scores => _scores.AsSpan(0, _filled);

    private static int Width => Vector256<T>.Count;

    /// <summary>Ranks a row; gives the first column that is NaN, or −1.</summary>
    public int Rank(ReadOnlySpan<T> row)
    {
        _filled = 0;
        if (_scores.Length == 0 || row.Length < 2 * _groups.Length * Width)
        {
            return InsertAll(row);
        }

        var bound = Bound(MemoryMarshal.Cast<T, Vector256<T>>(row));
        var count = T.IsFinite(bound) ? Collect(row, bound) : _candidateColumns.Length;
        if (count == _candidateColumns.Length)
        {
            return InsertAll(row);
        }

        return count >= 0 ? Place(count) : ~count;
    }

    /// <summary>The 1-based rank of a column's score in a row without NaN.</summary>
    [MethodImpl(Hot)]
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

        foreach (var other in row[(vectors.Length * Width)..])
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

    /// <summary>A score that at least as many elements reach as are to be kept; not finite where there is none.</summary>
    [MethodImpl(Hot)]
    private T Bound(ReadOnlySpan<Vector256<T>> row)
    {
        var maxima = _groups.AsSpan();
        row[..maxima.Length].CopyTo(maxima);
        row = row[maxima.Length..];
        for (; row.Length >= 4 * maxima.Length; row = row[(4 * maxima.Length)..])
        {
            var second = row[maxima.Length..];
            var third = row[(2 * maxima.Length)..];
            var fourth = row[(3 * maxima.Length)..];
            for (var i = 0; i < maxima.Length; i++)
            {
                var front = Vector256.MaxNative(row[i], second[i]);
                var back = Vector256.MaxNative(third[i], fourth[i]);
                maxima[i] = Vector256.MaxNative(Vector256.MaxNative(front, back), maxima[i]);
            }
        }

        for (var i = 0; i < row.Length; i++)
        {
            maxima[i & (maxima.Length - 1)] = Vector256.MaxNative(row[i], maxima[i & (maxima.Length - 1)]);
        }

        // The k-th best of the maxima is the least of those that fewer than k are better than.
        var bound = T.PositiveInfinity;
        var tooLow = T.NegativeInfinity;
        foreach (var maximum in MemoryMarshal.Cast<Vector256<T>, T>(maxima))
        {
            if (maximum >= bound || maximum <= tooLow)
            {
                continue;
            }

            if (CountGreater(maxima, Vector256.Create(maximum)) < _scores.Length)
            {
                bound = maximum;
            }
            else
            {
                tooLow = maximum;
            }
        }

        return bound;
    }

    /// <summary>
    /// Gathers what reaches the bound, in column order. Gives how many there are, the length of the store where they do
    /// not fit, or the complement of the first column that is NaN.
    /// </summary>
    [MethodImpl(Hot)]
    private int Collect(ReadOnlySpan<T> row, T bound)
    {
        const int unrolled = 4;
        var vectors = MemoryMarshal.Cast<T, Vector256<T>>(row);
        var below = Vector256.Create(T.BitDecrement(bound));
        var store = MemoryMarshal.Cast<Vector256<T>, T>(_candidates.AsSpan());
        var places = _candidateColumns.AsSpan(0, store.Length);
        var all = (uint)((1UL << (unrolled * Width)) - 1);
        var count = 0;
        var i = 0;
        for (; i + unrolled <= vectors.Length; i += unrolled)
        {
            // What is not at or below the number under the bound reaches the bound, or is NaN.
            var lanes = Lanes(vectors[i], below) | (Lanes(vectors[i + 1], below) << Width)
                | (Lanes(vectors[i + 2], below) << (2 * Width)) | (Lanes(vectors[i + 3], below) << (3 * Width));
            for (lanes ^= all; lanes != 0; lanes &= lanes - 1)
            {
                var column = (i * Width) + BitOperations.TrailingZeroCount(lanes);
                if (T.IsNaN(row[column]))
                {
                    return ~column;
                }

                if (count == store.Length)
                {
                    return count;
                }

                store[count] = row[column];
                places[count++] = column;
            }
        }

        for (var column = i * Width; column < row.Length; column++)
        {
            if (T.IsNaN(row[column]))
            {
                return ~column;
            }

            if (row[column] >= bound)
            {
                if (count == store.Length)
                {
                    return count;
                }

                store[count] = row[column];
                places[count++] = column;
            }
        }

        return count;
    }

    /// <summary>Gives every candidate the place that the number of better ones says.</summary>
    [MethodImpl(Hot)]
    private int Place(int count)
    {
        var store = MemoryMarshal.Cast<Vector256<T>, T>(_candidates.AsSpan());
        var used = _candidates.AsSpan(0, (count + Width - 1) / Width);
        store[count..(used.Length * Width)].Fill(T.NegativeInfinity);
        _filled = _scores.Length;
        for (var i = 0; i < count; i++)
        {
            var score = Vector256.Create(store[i]);
            var place = CountGreater(used, score);
            if (place >= _filled)
            {
                continue;
            }

            var equal = 0;
            foreach (var vector in used)
            {
                equal += BitOperations.PopCount(Vector256.Equals(vector, score).ExtractMostSignificantBits());
            }

            for (var j = 0; equal > 1 && j < count; j++)
            {
                place += store[j] == store[i] && IsBefore(_candidateColumns[j], _candidateColumns[i]) ? 1 : 0;
            }

            if (place < _filled)
            {
                _scores[place] = store[i];
                _columns[place] = _candidateColumns[i];
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Lanes(Vector256<T> scores, Vector256<T> below) =>
        Vector256.LessThanOrEqual(scores, below).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountGreater(ReadOnlySpan<Vector256<T>> vectors, Vector256<T> score)
    {
        var count = 0;
        foreach (var vector in vectors)
        {
            count += BitOperations.PopCount(Vector256.GreaterThan(vector, score).ExtractMostSignificantBits());
        }

        return count;
    }

    /// <summary>The plain way, for short rows and for many equal scores.</summary>
    private int InsertAll(ReadOnlySpan<T> row)
    {
        for (var column = 0; column < row.Length; column++)
        {
            if (T.IsNaN(row[column]))
            {
                return column;
            }

            if (_filled < _scores.Length || (_filled > 0 && IsBetter(row[column], column, _filled - 1)))
            {
                Insert(row[column], column);
            }
        }

        return -1;
    }

    private void Insert(T score, int column)
    {
        var place = _filled < _scores.Length ? _filled++ : _filled - 1;
        for (; place > 0 && IsBetter(score, column, place - 1); place--)
        {
            _scores[place] = _scores[place - 1];
            _columns[place] = _columns[place - 1];
        }

        _scores[place] = score;
        _columns[place] = column;
    }

    private bool IsBetter(T score, int column, int place) =>
        score > _scores[place] || (score == _scores[place] && IsBefore(column, _columns[place]));

    private bool IsBefore(int column, int other) =>
        _tieOrder is null ? column < other : _tieOrder[column] < _tieOrder[other];
}
