using System.Numerics;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>A ranking of one row of scores: the best at hand, the true class's rank counted, the rest on demand.</summary>
internal sealed class ScoreRanking : ActionRanking
{
    private readonly ScoreRows _rows;
    private readonly int _row;
    private readonly ScoredColumn[] _best;
    private readonly int _truth;
    private readonly int _truthRank;

    private ScoreRanking(ScoreRows rows, int row, ScoredColumn[] best, int truth, int truthRank)
    {
        _rows = rows;
        _row = row;
        _best = best;
        _truth = truth;
        _truthRank = truthRank;
    }

    public override int Count => _rows.Columns.Count;

    public override RankedAction this[int index] => index < _best.Length
        ? new RankedAction(_rows.Columns.Classes[_best[index].Column], _best[index].Score)
        : _rows.At(_row, index);

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
        var column = _rows.Columns.ColumnOf(actionClass);
        if (column < 0)
        {
            return null;
        }

        if (column == _truth)
        {
            return _truthRank;
        }

        for (var i = 0; i < _best.Length; i++)
        {
            if (_best[i].Column == column)
            {
                return i + 1;
            }
        }

        return _rows.RankOf(_row, column);
    }

    public override double? ScoreOf(ActionClass actionClass)
    {
        var column = _rows.Columns.ColumnOf(actionClass);
        if (column < 0)
        {
            return null;
        }

        foreach (var scored in _best)
        {
            if (scored.Column == column)
            {
                return scored.Score;
            }
        }

        return _rows.ScoreOf(_row, column);
    }

    private readonly record struct ScoredColumn(int Column, double Score);
}
