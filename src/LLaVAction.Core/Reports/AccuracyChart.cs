using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Runs;

namespace LLaVAction.Reports;

/// <summary>Accuracy with its interval per strategy and frame count, as inline SVG; colour and shape tell the runs apart.</summary>
public static class AccuracyChart
{
    private const double Left = 52;
    private const double Top = 16;
    private const double PlotHeight = 260;
    private const double PointWidth = 22;
    private const double GroupGap = 34;
    private const int Colours = 6;

    /// <summary>Draws the chart; an empty text without cells that have an accuracy.</summary>
    public static string Draw(IReadOnlyList<CellReport> cells)
    {
        var shown = cells.Where(static cell => cell.Summary.Accuracy is not null).ToArray();
        if (shown.Length == 0)
        {
            return "";
        }

        var groups = shown.GroupBy(static cell => cell.Summary.Strategy, StringComparer.Ordinal).ToArray();
        var series = shown.Select(SeriesOf).Distinct(StringComparer.Ordinal).ToArray();
        var width = Math.Max(320, Left + 16 + groups.Sum(static group => (group.Count() * PointWidth) + GroupGap));
        var height = Top + PlotHeight + 58 + (18 * series.Length);
        var svg = new HtmlText();
        svg.Markup($"<svg viewBox=\"0 0 {N(width)} {N(height)}\" width=\"{N(width)}\" role=\"img\" aria-label=\"{HtmlText.Escape(Describe(shown))}\">\n");
        for (var tick = 0; tick <= 10; tick += 2)
        {
            var y = Y(tick / 10.0);
            svg.Markup($"<line class=\"grid\" x1=\"{N(Left)}\" x2=\"{N(width - 8)}\" y1=\"{N(y)}\" y2=\"{N(y)}\"/><text x=\"{N(Left - 6)}\" y=\"{N(y + 4)}\" text-anchor=\"end\">{tick * 10} %</text>\n");
        }

        var x = Left + (GroupGap / 2);
        foreach (var group in groups)
        {
            var start = x;
            foreach (var cell in group)
            {
                DrawPoint(svg, cell, x + (PointWidth / 2), Array.IndexOf(series, SeriesOf(cell)));
                x += PointWidth;
            }

            DrawReferences(svg, group.First(), start, x);
            svg.Markup($"<text x=\"{N((start + x) / 2)}\" y=\"{N(Top + PlotHeight + 34)}\" text-anchor=\"middle\">").Text(group.Key).Markup("</text>\n");
            x += GroupGap;
        }

        for (var index = 0; index < series.Length; index++)
        {
            var y = Top + PlotHeight + 58 + (18 * index);
            DrawMarker(svg, Left + 6, y - 4, index);
            svg.Markup($"<text x=\"{N(Left + 18)}\" y=\"{N(y)}\">").Text(series[index]).Markup("</text>\n");
        }

        return svg.Markup("</svg>\n").ToString();
    }

    private static void DrawPoint(HtmlText svg, CellReport cell, double x, int series)
    {
        var accuracy = cell.Summary.Accuracy!.Value;
        var colour = $"var(--s{series % Colours})";
        svg.Markup("<g><title>").Text(Describe(cell)).Markup("</title>");
        if (double.IsFinite(cell.Interval.Lower))
        {
            svg.Markup($"<line x1=\"{N(x)}\" x2=\"{N(x)}\" y1=\"{N(Y(cell.Interval.Lower))}\" y2=\"{N(Y(cell.Interval.Upper))}\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        }

        DrawMarker(svg, x, Y(accuracy), series);
        svg.Markup($"</g><text class=\"soft\" x=\"{N(x)}\" y=\"{N(Top + PlotHeight + 16)}\" text-anchor=\"middle\">{cell.Summary.Frames}</text>\n");
    }

    private static void DrawMarker(HtmlText svg, double x, double y, int series)
    {
        var colour = $"var(--s{series % Colours})";
        svg.Markup((series % 3) switch
        {
            0 => $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"4.5\" fill=\"{colour}\"/>",
            1 => $"<rect x=\"{N(x - 4)}\" y=\"{N(y - 4)}\" width=\"8\" height=\"8\" fill=\"{colour}\"/>",
            _ => $"<path d=\"M{N(x)} {N(y - 5)} l5 9 h-10 z\" fill=\"{colour}\"/>",
        });
    }

    // Chance as a dotted line and the options-only ceiling as a dashed one, for the width of a strategy.
    private static void DrawReferences(HtmlText svg, CellReport cell, double from, double to)
    {
        if (cell.Summary.Chance is { } chance)
        {
            svg.Markup($"<line x1=\"{N(from)}\" x2=\"{N(to)}\" y1=\"{N(Y(chance))}\" y2=\"{N(Y(chance))}\" stroke=\"var(--soft)\" stroke-dasharray=\"2 3\"><title>chance {HtmlText.Percent(chance)}</title></line>");
        }

        if (cell.OptionsOnlyCeiling is { } ceiling)
        {
            svg.Markup($"<line x1=\"{N(from)}\" x2=\"{N(to)}\" y1=\"{N(Y(ceiling))}\" y2=\"{N(Y(ceiling))}\" stroke=\"var(--wrong)\" stroke-dasharray=\"7 4\"><title>options only {HtmlText.Percent(ceiling)}</title></line>\n");
        }
    }

    private static string SeriesOf(CellReport cell) => cell.Control == Control.None ? cell.Run : $"{cell.Run} ({SettingNames.Of(cell.Control)})";

    private static string Describe(CellReport cell) =>
        $"{cell.Name}: {HtmlText.Percent(cell.Summary.Accuracy!.Value)}"
        + (double.IsFinite(cell.Interval.Lower) ? $" ({HtmlText.Percent(cell.Interval.Lower)} to {HtmlText.Percent(cell.Interval.Upper)})" : "");

    private static string Describe(IEnumerable<CellReport> cells) => "Accuracy by strategy and frame count. " + string.Join("; ", cells.Select(Describe));

    private static double Y(double share) => Top + ((1 - share) * PlotHeight);

    private static string N(double value) => HtmlText.Coordinate(value);
}
