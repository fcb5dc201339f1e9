using System.Globalization;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Scores of clips, a row per clip and a column per class, ranked best first: by score, equal ones by a second score where
/// the dump has one, then by the text <c>verb:noun</c>. The best few of a row are kept; the rest is read again when asked for.
/// </summary>
/// <param name="columns">The classes of the columns.</param>
/// <param name="name">What messages call the scores.</param>
internal abstract class ScoreTable(ScoreColumns columns, string name)
{
    private readonly Lock _gate = new();
    private readonly ScoreRow _again = new(columns);
    private int _row = -1;
    private int[]? _order;

    /// <summary>The classes of the columns.</summary>
    public ScoreColumns Columns { get; } = columns;

    /// <summary>Ranks one row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="top">How many of the best classes to keep at hand.</param>
    /// <param name="truth">The clip's true class, whose rank is worked out at once.</param>
    /// <param name="scratch">Space to work in; one per thread.</param>
    /// <param name="place">Where the row stands, for messages.</param>
    /// <exception cref="InputException">A score is NaN, or all scores are equal.</exception>
    public ActionRanking Rank(int row, int top, ActionClass truth, ScoreRow scratch, Func<string> place)
    {
        Load(row, scratch);
        var isTied = scratch.Select(Math.Min(top, Columns.Count));
        if (scratch.FirstNaN is { } nan)
        {
            throw new InputException($"{place()}: {name} of class '{Columns.Classes[nan]}' is NaN, expected a number. The recogniser failed on this clip; run it again.");
        }

        if (isTied)
        {
            scratch.TieBreaks = ReadTieBreaks(row);
            scratch.SelectAmongTies(Math.Min(top, Columns.Count));
            if (scratch.AreAllEqual())
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place()}: all {Columns.Count} scores of {name} are {scratch.Scores[0]:G6}, so that nothing is ranked. Most likely they were lost to half precision; write the dump again in float32, or without them where it has logits."));
            }
        }

        var column = Columns.ColumnOf(truth);
        if (column >= 0 && !scratch.IsKept(column))
        {
            // Further down there may be ties though there are none among the best.
            scratch.TieBreaks ??= ReadTieBreaks(row);
        }

        return new RowRanking(this, row, scratch.Kept(), column, column < 0 ? 0 : scratch.RankOf(column), isTied ? scratch.TiedPlaces() : 0);
    }

    /// <summary>Ranks the rows of clips in parallel; the message of an error is about the first row that has one.</summary>
    /// <param name="clips">Per row its clip; null where it is not asked for.</param>
    /// <param name="top">How many of the best classes to keep at hand.</param>
    /// <param name="placeOf">Where a row stands, for messages.</param>
    /// <returns>Narration id → ranking.</returns>
    public Dictionary<string, ActionRanking> RankAll(IReadOnlyList<ClipAnnotation?> clips, int top, Func<int, string> placeOf)
    {
        var rankings = new ActionRanking?[clips.Count];
        var errors = new InputException?[clips.Count];
        Parallel.For(0, clips.Count, () => new ScoreRow(Columns), (row, _, scratch) =>
        {
            try
            {
                rankings[row] = clips[row] is { } clip ? Rank(row, top, clip.Class, scratch, () => placeOf(row)) : null;
            }
            catch (InputException error)
            {
                errors[row] = error;
            }

            return scratch;
        }, static _ => { });
        if (Array.Find(errors, static error => error is not null) is { } first)
        {
            throw first;
        }

        var byId = new Dictionary<string, ActionRanking>(clips.Count, StringComparer.Ordinal);
        for (var row = 0; row < rankings.Length; row++)
        {
            if (rankings[row] is { } ranking)
            {
                byId.Add(clips[row]!.NarrationId, ranking);
            }
        }

        return byId;
    }

    /// <summary>Reads one row, exactly.</summary>
    protected abstract void Read(int row, Span<double> scores);

    /// <summary>Scores that order equal ones; null where the dump has none.</summary>
    protected virtual double[]? ReadTieBreaks(int row) => null;

    private void Load(int row, ScoreRow scratch)
    {
        scratch.TieBreaks = null;
        Read(row, scratch.Scores);
    }

    private T WithRow<T>(int row, Func<ScoreRow, T> work)
    {
        lock (_gate)
        {
            if (_row != row)
            {
                (_row, _order) = (-1, null);
                Load(row, _again);
                _again.TieBreaks = ReadTieBreaks(row);
                _row = row;
            }

            return work(_again);
        }
    }

    private sealed class RowRanking(ScoreTable table, int row, (int Column, double Score)[] best, int truth, int truthRank, ulong tiedPlaces) : ActionRanking
    {
        public override int Count => table.Columns.Count;

        public override RankedAction this[int index]
        {
            get
            {
                var (column, score) = index < best.Length ? best[index] : table.WithRow(row, scores =>
                {
                    var place = (table._order ??= scores.Sorted())[index];
                    return (place, scores.Scores[place]);
                });
                return new RankedAction(table.Columns.Classes[column], score);
            }
        }

        public override int? RankOf(ActionClass actionClass)
        {
            var column = table.Columns.ColumnOf(actionClass);
            if (column < 0 || column == truth)
            {
                return column < 0 ? null : truthRank;
            }

            var place = Array.FindIndex(best, entry => entry.Column == column);
            return place >= 0 ? place + 1 : table.WithRow(row, scores => scores.RankOf(column));
        }

        public override bool IsTiedAfter(int rank)
        {
            // Of ranks beyond those kept only the last can be asked for, and nothing follows it.
            return rank < Count && ((tiedPlaces >> (rank - 1)) & 1) != 0;
        }
    }
}
