namespace LLaVAction.Recognizers;

/// <summary>Rows of scores, one column per class, that can be read again at any time.</summary>
internal abstract class ScoreRows(ColumnClasses columns)
{
    private readonly Lock _gate = new();
    private readonly double[] _scores = new double[columns.Count];
    private readonly TopScores<double> _ranks = new(0, columns.TieOrder);
    private readonly RankedAction[] _sorted = new RankedAction[columns.Count];
    private int _scoresRow = -1;
    private int _sortedRow = -1;

    /// <summary>The classes of the columns.</summary>
    public ColumnClasses Columns { get; } = columns;

    /// <summary>The 1-based rank of a column in a row.</summary>
    public int RankOf(int row, int column)
    {
        lock (_gate)
        {
            return _ranks.RankOf(Load(row), column);
        }
    }

    /// <summary>The score of a column in a row.</summary>
    public double ScoreOf(int row, int column)
    {
        lock (_gate)
        {
            return Load(row)[column];
        }
    }

    /// <summary>The class at a position of the whole row sorted.</summary>
    public RankedAction At(int row, int position)
    {
        lock (_gate)
        {
            if (_sortedRow != row)
            {
                Sort(row);
            }

            return _sorted[position];
        }
    }

    /// <summary>Reads one row, exactly.</summary>
    protected abstract void Read(int row, Span<double> destination);

    private double[] Load(int row)
    {
        if (_scoresRow != row)
        {
            _scoresRow = -1;
            Read(row, _scores);
            _scoresRow = row;
        }

        return _scores;
    }

    private void Sort(int row)
    {
        var rowScores = Load(row);
        _sortedRow = -1;
        for (var column = 0; column < _sorted.Length; column++)
        {
            _sorted[column] = new RankedAction(Columns.Classes[column], rowScores[column]);
        }

        Array.Sort(_sorted, RankedAction.BestFirst);
        _sortedRow = row;
    }
}
