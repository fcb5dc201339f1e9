using System.Globalization;
using System.Numerics;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// Scores of clips, a row per clip and a column per class, ranked best first: by score, equal ones by a second score where
/// the dump has one, then by the text <c>verb:noun</c>. The best few of a row are kept; the rest is read again when asked for.
/// </summary>
/// <typeparam name="T">Type of a score: <see cref="float"/> or <see cref="double"/>.</typeparam>
/// <param name="columns">The classes of the columns.</param>
/// <param name="name">What messages call the scores.</param>
internal abstract class ScoreTable<T>(ScoreColumns columns, string name)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    protected const int RowsTogether = 16;

    private readonly Lock _gate = new();
    private readonly ScoreRow<T> _again = new(columns);
    private int _row = -1;
    private int[]? _order;

    public ScoreColumns Columns { get; } = columns;

    /// <summary>Ranks one row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="top">How many of the best classes to keep at hand.</param>
    /// <param name="truth">The clip's true class, whose rank is worked out at once.</param>
    /// <param name="scratch">Space to work in; one per thread.</param>
    /// <param name="place">Where the row stands, for messages.</param>
    /// <exception cref="InputException">A score is NaN, or all scores are equal.</exception>
    public ActionRanking Rank(int row, int top, ActionClass truth, ScoreRow<T> scratch, Func<string> place)
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
        return new RowRanking(this, row, scratch.Kept(), column, column < 0 ? 0 : scratch.RankOf(column, () => ReadTieBreaks(row)), isTied ? scratch.TiedPlaces() : 0);
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
        Parallel.For(0, (clips.Count + RowsTogether - 1) / RowsTogether, () => new ScoreRow<T>(Columns), (block, _, scratch) =>
        {
            for (var row = block * RowsTogether; row < Math.Min(clips.Count, (block + 1) * RowsTogether); row++)
            {
                Rank(row, scratch);
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

        void Rank(int row, ScoreRow<T> scratch)
        {
            try
            {
                rankings[row] = clips[row] is { } clip ? this.Rank(row, top, clip.Class, scratch, () => placeOf(row)) : null;
            }
            catch (InputException error)
            {
                errors[row] = error;
            }
        }
    }

    // Reads one row, exactly, into the scores of a scratch, which may keep what was read together with it.
    protected abstract void Read(int row, ScoreRow<T> scratch);

    // Scores that order equal ones; null where the dump has none.
    protected virtual T[]? ReadTieBreaks(int row) => null;

    private void Load(int row, ScoreRow<T> scratch)
    {
        scratch.TieBreaks = null;
        Read(row, scratch);
    }

    private TResult WithRow<TResult>(int row, Func<ScoreRow<T>, TResult> work)
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

    private sealed class RowRanking(ScoreTable<T> table, int row, (int Column, double Score)[] best, int truth, int truthRank, ulong tiedPlaces) : ActionRanking
    {
        public override int Count => table.Columns.Count;

        public override RankedAction this[int index]
        {
            get
            {
                var (column, score) = index < best.Length ? best[index] : table.WithRow(row, scores =>
                {
                    var place = (table._order ??= scores.Sorted())[index];
                    return (place, double.CreateTruncating(scores.Scores[place]));
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
            return place >= 0 ? place + 1 : table.WithRow(row, scores => scores.RankOf(column, static () => null));
        }

        public override bool IsTiedAfter(int rank)
        {
            // Of ranks beyond those kept only the last can be asked for, and nothing follows it.
            return rank < Count && ((tiedPlaces >> (rank - 1)) & 1) != 0;
        }
    }
}
