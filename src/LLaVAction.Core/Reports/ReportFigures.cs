using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Reports.Figures;
using LLaVAction.Runs;

namespace LLaVAction.Reports;

/// <summary>What is drawn of a comparison. Names of models and sets carry their caveats.</summary>
internal sealed class ReportFigures
{
    public const int MostDifferences = 24;

    private const int MostClasses = 9;
    private readonly RunComparison _comparison;
    private readonly IReadOnlyList<CellReport> _cells;
    private readonly string[] _series;

    public ReportFigures(RunComparison comparison)
    {
        _comparison = comparison;
        _cells = [.. comparison.Cells.Where(static cell => cell.Summary.Accuracy is not null)];
        _series = [.. _cells.Select(Name).Distinct(StringComparer.Ordinal)];
        Frames = _cells.Count == 0 ? 0 : ReportTables.FramesOfMost(_cells);
        Focus = _cells.Where(cell => cell.Summary.Frames == Frames && cell.Control == Control.None)
            .GroupBy(static cell => cell.Summary.Strategy, StringComparer.Ordinal)
            .OrderBy(static group => group.Any(static cell => cell.Splits.Any(static split => split.Split == Comparison.Splits.TruthRank)) ? 0 : 1)
            .ThenBy(static group => group.Average(static cell => cell.Summary.Accuracy))
            .FirstOrDefault()?.Key ?? "";
    }

    public int Frames { get; }

    // The hardest set with distractors from a dump: what is drawn where several models leave no room for every set.
    public string Focus { get; }

    public Drawing? AccuracyByFrames() => LinePlot.Draw(
        [
            .. _cells.GroupBy(static cell => cell.Summary.Strategy, StringComparer.Ordinal).Select(group =>
                new PlotPanel(SetName(group.First()), IsOrdered: true, [.. group.OrderBy(static cell => cell.Summary.Frames).Select(cell => Point(cell, FormattableString.Invariant($"{cell.Summary.Frames} frames")))])
                {
                    Chance = group.First().Summary.Chance,
                    Ceiling = group.First().OptionsOnlyCeiling,
                }),
        ],
        _series);

    // Differences between models and controls come first: of many, those are what a reader looks for.
    public Drawing? Differences() => RowPlot.Draw(
        [
            .. _comparison.Pairs
                .Where(static pair => pair.Difference.IsEstimable)
                .OrderBy(pair => (pair.DiffersIn is "model" or "control" ? 0 : 2) + (_comparison.Cells[pair.First].Summary.Frames == Frames ? 0 : 1))
                .Take(MostDifferences)
                .Select(pair => new PlotRow(Label(pair), [new(0, "", pair.Difference.Estimate, pair.Difference.Lower, pair.Difference.Upper)])),
        ],
        [],
        areDifferences: true);

    public Drawing? SeeingAndBlind()
    {
        var rows = _cells.Where(cell => cell.Control == Control.None && cell.Summary.Frames == Frames)
            .Select(cell => new PlotRow($"{ShortName(cell.Run)}, {SetName(cell)}", [.. Knowledge(cell)]));
        return RowPlot.Draw([.. rows], ["with video", "blind", "options only", "chance"], areDifferences: false);

        IEnumerable<SharePoint> Knowledge(CellReport cell)
        {
            yield return Point(cell, "") with { Series = 0 };
            if (_comparison.BlindOf(cell) is { } blind)
            {
                yield return Point(blind, "") with { Series = 1 };
            }

            if (cell.OptionsOnlyCeiling is { } ceiling)
            {
                yield return new SharePoint(2, "", ceiling);
            }

            if (cell.Summary.Chance is { } chance)
            {
                yield return new SharePoint(3, "", chance);
            }
        }
    }

    public Drawing? Splits() => Panels(
        static cell => cell.Splits.Where(static group => group.Split != Comparison.Splits.TruthRank).GroupBy(static group => group.Split, StringComparer.Ordinal),
        static split => split is "clip length" or "options-only bias");

    public Drawing? TruthRank() => Panels(
        static cell => cell.Splits.Where(static group => group.Split == Comparison.Splits.TruthRank).GroupBy(static group => "rank of the truth in the dump", StringComparer.Ordinal),
        static _ => true);

    public Drawing? Letters()
    {
        var (cells, names) = Foreground();
        PlotPanel letters = new("share of choices by letter", IsOrdered: false, [.. cells.SelectMany((cell, index) => (cell.Positions?.Letters ?? [])
            .Where(static letter => letter.ChoiceRate is not null).Select(letter => new SharePoint(index, letter.Letter.ToString(), letter.ChoiceRate!.Value)))]);
        PlotPanel ranks = new("share misled by a distractor of each rank", IsOrdered: true, [.. cells.SelectMany((cell, index) => cell.DistractorRanks.Take(10)
            .Select(rank => new SharePoint(index, rank.Rank.ToString(CultureInfo.InvariantCulture), (double)rank.Chosen / rank.Shown)))]);
        return LinePlot.Draw([letters, ranks], names);
    }

    // Of the first model.
    public Drawing? Confusions(ClassNames names)
    {
        if (ConfusedCell is not { IsOfPublishedBenchmark: false })
        {
            return null;
        }

        var rows = _comparison.Answers[_comparison.Cells.Index().First(entry => entry.Item == ConfusedCell).Index].Rows;
        return HeatMap.Draw([Matrix("verbs", Confusion.OfVerbs(rows, MostClasses), names.Verb), Matrix("nouns", Confusion.OfNouns(rows, MostClasses), names.Noun)]);
    }

    // Whose confusions are drawn.
    public CellReport? ConfusedCell => _cells.Where(cell => cell.Summary.Strategy == Focus && cell.Summary.Frames == Frames).MinBy(static cell => cell.Control == Control.None ? 0 : 1);

    // Of one model every set; of several the hardest set of each.
    public string ForegroundName => _series.Length == 1 ? FormattableString.Invariant($"{Frames} frames") : FormattableString.Invariant($"Set {Focus}, {Frames} frames");

    private static CountMatrix Matrix(string title, Confusion confusion, Func<int, string> name) =>
        new(title, [.. confusion.Classes.Select(name)], [.. confusion.Classes.Select(name), "other"], confusion.Counts);

    private (CellReport[] Cells, string[] Names) Foreground()
    {
        CellReport[] cells = [.. _cells.Where(cell => cell.Summary.Frames == Frames && (_series.Length == 1 || cell.Summary.Strategy == Focus))];
        return (cells, [.. cells.Select(cell => _series.Length == 1 ? SetName(cell) : Name(cell))]);
    }

    private Drawing? Panels(Func<CellReport, IEnumerable<IGrouping<string, SplitGroup>>> splitsOf, Func<string, bool> isOrdered)
    {
        var (cells, names) = Foreground();
        var panels = cells
            .SelectMany((cell, index) => splitsOf(cell).SelectMany(static split => split.Select(group => (split.Key, Group: group)))
                .Select(entry => (entry.Key, Point: new SharePoint(index, entry.Group.Group, entry.Group.Interval.Estimate, entry.Group.Interval.Lower, entry.Group.Interval.Upper))))
            .GroupBy(static entry => entry.Key, static entry => entry.Point, StringComparer.Ordinal)
            .Select(panel => new PlotPanel(panel.Key, isOrdered(panel.Key), [.. panel]));
        return LinePlot.Draw([.. panels], names);
    }

    private SharePoint Point(CellReport cell, string category) =>
        new(Array.IndexOf(_series, Name(cell)), category, cell.Summary.Accuracy!.Value, cell.Interval.Lower, cell.Interval.Upper);

    private static string SetName(CellReport cell) => cell.Caveats.Contains("simulated", StringComparer.Ordinal) ? $"{cell.Summary.Strategy} (simulated)" : cell.Summary.Strategy;

    private string Name(CellReport cell) => ShortName(cell.Run)
        + (cell.Control == Control.None ? "" : $", {SettingNames.Of(cell.Control)}")
        + (cell.Caveats.Contains("random weights", StringComparer.Ordinal) ? " (random weights)" : "");

    // Without the organisation before it, where the rest tells the runs apart.
    private string ShortName(string run) => _comparison.Runs.Count(other => Tail(other.Label) == Tail(run)) == 1 ? Tail(run) : run;

    private static string SeeingOr(CellReport cell) => cell.Control == Control.None ? "video" : SettingNames.Of(cell.Control);

    private static string ModelName(string run) => Tail(run).Split(" (")[0];

    private static string Tail(string name) => name[(name.LastIndexOf('/') + 1)..];

    private string Label(PairReport pair)
    {
        var (first, second) = (_comparison.Cells[pair.First], _comparison.Cells[pair.Second]);
        return pair.DiffersIn switch
        {
            "frames" => FormattableString.Invariant($"{Name(first)}, {SetName(first)}: {second.Summary.Frames} − {first.Summary.Frames} frames"),
            "strategy" => FormattableString.Invariant($"{Name(first)}, {first.Summary.Frames} frames: {SetName(second)} − {SetName(first)}"),
            "control" => FormattableString.Invariant($"{ModelName(first.Run)}, {SetName(first)}, {first.Summary.Frames} frames: {SeeingOr(second)} − {SeeingOr(first)}"),
            _ => FormattableString.Invariant($"{Name(second)} − {Name(first)}: {SetName(first)}, {first.Summary.Frames} frames"),
        };
    }
}
