namespace LLaVAction.Recognizers;

/// <summary>One row of scores at a time, and the best of them.</summary>
internal sealed class ScoreRow(ScoreColumns columns)
{
    private int[] _best = [];
    private double[] _bestScores = [];
    private int _kept;

    /// <summary>A score per column.</summary>
    public double[] Scores { get; } = new double[columns.Count];

    /// <summary>What decides between equal scores before the names of the classes; null where there is nothing.</summary>
    public double[]? TieBreaks { get; set; }

    /// <summary>The first column that is NaN, after <see cref="Select"/>.</summary>
    public int? FirstNaN { get; private set; }

    /// <summary>
    /// Finds the best columns in one pass, equal scores in column order. True where any of them are equal, or equal to one
    /// that was left out: their order is then for <see cref="SelectAmongTies"/> to decide.
    /// </summary>
    public bool Select(int count)
    {
        if (_best.Length < count)
        {
            _best = new int[count];
            _bestScores = new double[count];
        }

        (_kept, FirstNaN) = (0, null);
        var isCutTied = false;
        var least = double.NegativeInfinity;
        var scores = Scores;
        for (var column = 0; column < scores.Length; column++)
        {
            var score = scores[column];
            if (score < least)
            {
                continue;
            }

            if (_kept == count && !(score > least))
            {
                // Equal to the last one kept, or no number.
                FirstNaN ??= double.IsNaN(score) ? column : null;
                isCutTied = true;
                continue;
            }

            FirstNaN ??= double.IsNaN(score) ? column : null;
            Insert(score, column, count, ref isCutTied);
            least = _kept == count ? _bestScores[count - 1] : double.NegativeInfinity;
        }

        for (var place = 1; place < _kept && !isCutTied; place++)
        {
            isCutTied = _bestScores[place] == _bestScores[place - 1];
        }

        return isCutTied;
    }

    /// <summary>Finds the best columns anew by all that decides.</summary>
    public void SelectAmongTies(int count)
    {
        // Those beyond the cut that equal the last one kept are kept as well, so that TiedPlaces can see them.
        var least = _bestScores[_kept - 1];
        _best = [.. Enumerable.Range(0, Scores.Length).Where(column => Scores[column] >= least)];
        Array.Sort(_best, Compare);
        _bestScores = Array.ConvertAll(_best, column => Scores[column]);
        _kept = count;
    }

    /// <summary>Whether all scores are equal. They are damaged then, whatever would order them.</summary>
    public bool AreAllEqual() => Scores.Length > 1 && Array.TrueForAll(Scores, score => score == Scores[0]);

    /// <summary>The best columns with their scores, best first.</summary>
    public (int Column, double Score)[] Kept() => [.. Enumerable.Range(0, _kept).Select(place => (_best[place], _bestScores[place]))];

    /// <summary>Bit r−1 tells whether the columns at ranks r and r + 1 are equally good, after <see cref="SelectAmongTies"/>; for the first 64 ranks.</summary>
    public ulong TiedPlaces()
    {
        var places = 0UL;
        for (var place = 0; place < Math.Min(64, Math.Min(_kept, _best.Length - 1)); place++)
        {
            places |= AreEqual(_best[place], _best[place + 1]) ? 1UL << place : 0;
        }

        return places;
    }

    /// <summary>Whether a column is among the best kept.</summary>
    public bool IsKept(int column) => _best.AsSpan(0, _kept).Contains(column);

    /// <summary>The 1-based rank of a column.</summary>
    public int RankOf(int column)
    {
        if (IsKept(column))
        {
            return _best.AsSpan(0, _kept).IndexOf(column) + 1;
        }

        var rank = 1;
        var score = Scores[column];
        for (var other = 0; other < Scores.Length; other++)
        {
            rank += Scores[other] > score || (Scores[other] == score && other != column && Compare(other, column) < 0) ? 1 : 0;
        }

        return rank;
    }

    /// <summary>Every column, best first.</summary>
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

    private void Insert(double score, int column, int count, ref bool isCutTied)
    {
        var wasFull = _kept == count;
        var place = wasFull ? count - 1 : _kept++;
        var evicted = _bestScores[place];
        for (; place > 0 && score > _bestScores[place - 1]; place--)
        {
            _bestScores[place] = _bestScores[place - 1];
            _best[place] = _best[place - 1];
        }

        _bestScores[place] = score;
        _best[place] = column;
        isCutTied = wasFull && evicted == _bestScores[count - 1];
    }
}
