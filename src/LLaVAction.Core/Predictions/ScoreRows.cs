using System.Runtime.InteropServices;
using LLaVAction.Annotations;

namespace LLaVAction.Predictions;

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

/// <summary>A ranking of one row of scores: the best at hand, the true class's rank counted, the rest on demand.</summary>
internal sealed class ScoreRanking(ScoreRows rows, int row, RankedAction[] best, ActionClass truth, int? truthRank) : ActionRanking
{
    public override int Count => rows.Columns.Count;

    public override RankedAction this[int index] => index < best.Length ? best[index] : rows.At(row, index);

    public override int? RankOf(ActionClass actionClass)
    {
        if (actionClass == truth)
        {
            return truthRank;
        }

        for (var i = 0; i < best.Length; i++)
        {
            if (best[i].Class == actionClass)
            {
                return i + 1;
            }
        }

        var column = rows.Columns.ColumnOf(actionClass);
        return column < 0 ? null : rows.RankOf(row, column);
    }

    public override double? ScoreOf(ActionClass actionClass)
    {
        var column = rows.Columns.ColumnOf(actionClass);
        return column < 0 ? null : rows.ScoreOf(row, column);
    }

    /// <summary>Makes a ranking of a row just ranked.</summary>
    public static ScoreRanking Create<T>(ScoreRows rows, int row, TopScores<T> top, ReadOnlySpan<T> scores, ActionClass truth)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var best = new RankedAction[top.Columns.Length];
        int? truthRank = null;
        for (var i = 0; i < best.Length; i++)
        {
            best[i] = new RankedAction(rows.Columns.Classes[top.Columns[i]], double.CreateChecked(top.Scores[i]));
            truthRank = best[i].Class == truth ? i + 1 : truthRank;
        }

        var column = rows.Columns.ColumnOf(truth);
        truthRank ??= column < 0 ? null : top.RankOf(scores, column);
        return new ScoreRanking(rows, row, best, truth, truthRank);
    }
}
