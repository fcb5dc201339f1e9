using System.Globalization;
using LLaVAction.Comparison;
using LLaVAction.Reports.Figures;
using LLaVAction.Tables;

namespace LLaVAction.Reports;

/// <summary>The tables of the report: the two of a paper, and those of a comparison.</summary>
public static class ReportTables
{
    /// <summary>The paper's tables as text, to be printed: <c>strategies</c>, and <c>frames</c>, which has no rows where there is one frame count.</summary>
    public static IReadOnlyList<Section> ForPaper(IReadOnlyList<CellReport> cells)
    {
        var frames = cells.Count == 0 ? 0 : FramesOfMost(cells);
        const string Intervals = ", with 95 % confidence intervals clustered by participant";
        return
        [
            new("strategies", FormattableString.Invariant($"Accuracy by strategy, at {frames} frames{Intervals}"), cells.Count == 0 ? new Table() : ToText(ByStrategy(cells, frames))),
            new("frames", $"Accuracy by number of frames{Intervals}", HasSeveralFrameCounts(cells) ? ToText(ByFrames(cells)) : new Table()),
        ];
    }

    // The frame count that most cells have, the smallest of several.
    internal static int FramesOfMost(IReadOnlyList<CellReport> cells) =>
        cells.CountBy(static cell => cell.Summary.Frames).OrderByDescending(static entry => entry.Value).ThenBy(static entry => entry.Key).First().Key;

    internal static bool HasSeveralFrameCounts(IReadOnlyList<CellReport> cells) => cells.DistinctBy(static cell => cell.Summary.Frames).Count() > 1;

    // Models down, strategies across, all at one frame count; chance and the options-only ceiling below.
    internal static ReportTable ByStrategy(IReadOnlyList<CellReport> cells, int frames)
    {
        CellReport[] shown = [.. cells.Where(cell => cell.Summary.Frames == frames)];
        var table = Matrix("Model", shown, static cell => cell.Summary.Strategy, static cell => cell.SeriesName, static strategy => strategy);
        var groups = shown.GroupBy(static cell => cell.Summary.Strategy, StringComparer.Ordinal).ToArray();
        return table with
        {
            Rows =
            [
                .. table.Rows,
                [new("Chance"), .. groups.Select(static group => Share(group.First().Summary.Chance))],
                [new("Options only", "best guess without video"), .. groups.Select(static group => Share(group.First().OptionsOnlyCeiling))],
            ],
        };
    }

    // Models and strategies down, frame counts across.
    internal static ReportTable ByFrames(IReadOnlyList<CellReport> cells) => Matrix(
        "Model, strategy",
        [.. cells.OrderBy(static cell => cell.Summary.Frames)],
        static cell => cell.Summary.Frames.ToString(CultureInfo.InvariantCulture),
        static cell => $"{cell.SeriesName}, {cell.Summary.Strategy}",
        static frames => frames + " frames");

    // The hardest classes of each cell.
    internal static Table HardestClasses(IReadOnlyList<CellReport> cells, ClassNames names, int most)
    {
        var table = new Table(
            new TableColumn("cell", "Cell"), new TableColumn("kind", "Kind"), new TableColumn("class", "Class"), new TableColumn("example", "For example"),
            TableColumn.Percent("accuracy", "Accuracy"), TableColumn.Count("questions", "Questions"), new TableColumn("caveats", "Caveats"));
        foreach (var cell in cells)
        {
            foreach (var (kind, name, entry) in cell.Verbs.Take(most).Select(entry => ("verb", names.Verb(entry.Class), entry))
                .Concat(cell.Nouns.Take(most).Select(entry => ("noun", names.Noun(entry.Class), entry))))
            {
                table.Add(cell.Name, kind, name, entry.Example, entry.Accuracy, entry.Questions, string.Join(", ", cell.Caveats));
            }
        }

        return table;
    }

    internal static ReportTable Of(Table table) => new(
        [.. table.Columns.Select(static column => new ReportColumn(column.Title, column.Alignment == ColumnAlignment.Right))],
        [.. table.Rows.Select(row => row.Select((value, column) => new ReportCell(table.Columns[column].TextOf(value))).ToArray())],
        IsMatrix: false);

    private static Table ToText(ReportTable table)
    {
        static string Joined(string text, IReadOnlyList<string> notes) => notes.Count == 0 ? text : $"{text} ({string.Join("; ", notes)})";
        var result = new Table([.. table.Columns.Select(static column => new TableColumn(column.Title, Joined(column.Title, column.Notes), column.IsNumber ? ColumnAlignment.Right : ColumnAlignment.Left))]);
        foreach (var row in table.Rows)
        {
            result.Add([.. row.Select(static cell => Joined(cell.Text, cell.Notes))]);
        }

        return result;
    }

    private static ReportTable Matrix(
        string corner, CellReport[] cells, Func<CellReport, string> columnOf, Func<CellReport, string> rowOf, Func<string, string> heading)
    {
        var columns = cells.GroupBy(columnOf, StringComparer.Ordinal).ToArray();
        return new ReportTable(
            [new(corner, IsNumber: false), .. columns.Select(column => new ReportColumn(heading(column.Key), IsNumber: true, Shared(column)))],
            [
                .. cells.GroupBy(rowOf, StringComparer.Ordinal).Select(row => (ReportCell[])
                [
                    new(row.Key, Shared(row)),
                    .. columns.Select(column => Array.Find([.. column], cell => rowOf(cell) == row.Key) is { } cell ? Accuracy(cell, [.. Shared(column), .. Shared(row)]) : new ReportCell("–")),
                ]),
            ],
            IsMatrix: true);
    }

    // Caveats of every cell; those of some alone stand in the cells.
    private static string[] Shared(IEnumerable<CellReport> cells) =>
        [.. cells.Select(static cell => cell.Caveats).Aggregate(static (all, caveats) => [.. all.Intersect(caveats, StringComparer.Ordinal)])];

    private static ReportCell Accuracy(CellReport cell, string[] said)
    {
        var notes = new List<string>();
        if (double.IsFinite(cell.Interval.Lower))
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{100 * cell.Interval.Lower:0.0}–{100 * cell.Interval.Upper:0.0}"));
        }

        if (!cell.CoversItsSet)
        {
            notes.Add(FormattableString.Invariant($"{cell.Summary.Questions - cell.Summary.WithoutResult} of {cell.Summary.QuestionsInSet}"));
        }

        if (cell.Paper is { } paper)
        {
            notes.Add($"paper: {Canvas.Percent(paper.Accuracy)}");
        }

        return Share(cell.Summary.Accuracy) with { Notes = [.. notes, .. cell.Caveats.Except(said, StringComparer.Ordinal)] };
    }

    private static ReportCell Share(double? share) => new(share is { } value ? Canvas.Percent(value) : "–");
}
