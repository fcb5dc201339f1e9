namespace LLaVAction.Recognizers;

/// <summary>Rows of scores, one column per class, that can be read again at any time.</summary>
internal abstract class ScoreRows(ColumnClasses columns)
{
    private readonly Lock gate = new();
    private readonly double[] scores = new double[columns.Count];
    private readonly TopScores<double> ranks = new(0, columns.TieOrder);
    private readonly RankedAction[] sorted = new RankedAction[columns.Count];
    private int scoresRow = -1;
    private int sortedRow = -1;

    /// <summary>The classes of the columns.</summary>
    public ColumnClasses Columns { get; } = columns;

    /// <summary>The 1-based rank of a column in a row.</summary>
    public int RankOf(int row, int column)
    {
        lock (gate)
        {
            return ranks.RankOf(Load(row), column);
        }
    }

    /// <summary>The score of a column in a row.</summary>
    public double ScoreOf(int row, int column)
    {
        lock (gate)
        {
            return Load(row)[column];
        }
    }

    /// <summary>The class at a position of the whole row sorted.</summary>
    public RankedAction At(int row, int position)
    {
        lock (gate)
        {
            if (sortedRow != row)
            {
                Sort(row);
            }

            return sorted[position];
        }
    }

    /// <summary>Reads one row, exactly.</summary>
    protected abstract void Read(int row, Span<double> destination);

    private double[] Load(int row)
    {
        if (scoresRow != row)
        {
            scoresRow = -1;
            Read(row, scores);
            scoresRow = row;
        }

        return scores;
    }

    private void Sort(int row)
    {
        var rowScores = Load(row);
        sortedRow = -1;
        for (var column = 0; column < sorted.Length; column++)
        {
            sorted[column] = new RankedAction(Columns.Classes[column], rowScores[column]);
        }

        Array.Sort(sorted, RankedAction.BestFirst);
        sortedRow = row;
    }
}
