using System.Numerics;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>A ranking of one row of scores: the best at hand, the true class's rank counted, the rest on demand.</summary>
internal sealed class ScoreRanking : ActionRanking
{
    private readonly ScoreRows rows;
    private readonly int row;
    private readonly ScoredColumn[] best;
    private readonly int truth;
    private readonly int truthRank;

    private ScoreRanking(ScoreRows rows, int row, ScoredColumn[] best, int truth, int truthRank)
    {
        this.rows = rows;
        this.row = row;
        this.best = best;
        this.truth = truth;
        this.truthRank = truthRank;
    }

    public override int Count => rows.Columns.Count;

    public override RankedAction this[int index] => index < best.Length
        ? new RankedAction(rows.Columns.Classes[best[index].Column], best[index].Score)
        : rows.At(row, index);

    /// <summary>Makes the ranking of a row just ranked.</summary>
    public static ScoreRanking Create<T>(ScoreRows rows, int row, TopScores<T> top, ReadOnlySpan<T> scores, ActionClass truth)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var columns = top.Columns;
        var kept = new ScoredColumn[columns.Length];
        var truthColumn = rows.Columns.ColumnOf(truth);
        var rank = 0;
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = new ScoredColumn(columns[i], double.CreateTruncating(top.Scores[i]));
            rank = columns[i] == truthColumn ? i + 1 : rank;
        }

        if (rank == 0 && truthColumn >= 0)
        {
            rank = top.RankOf(scores, truthColumn);
        }

        return new ScoreRanking(rows, row, kept, truthColumn, rank);
    }

    public override int? RankOf(ActionClass actionClass)
    {
        var column = rows.Columns.ColumnOf(actionClass);
        if (column < 0)
        {
            return null;
        }

        if (column == truth)
        {
            return truthRank;
        }

        for (var i = 0; i < best.Length; i++)
        {
            if (best[i].Column == column)
            {
                return i + 1;
            }
        }

        return rows.RankOf(row, column);
    }

    public override double? ScoreOf(ActionClass actionClass)
    {
        var column = rows.Columns.ColumnOf(actionClass);
        if (column < 0)
        {
            return null;
        }

        foreach (var scored in best)
        {
            if (scored.Column == column)
            {
                return scored.Score;
            }
        }

        return rows.ScoreOf(row, column);
    }

    private readonly record struct ScoredColumn(int Column, double Score);
}
