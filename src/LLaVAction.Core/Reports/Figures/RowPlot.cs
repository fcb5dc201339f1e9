namespace LLaVAction.Reports.Figures;

/// <summary>A row of a plot; the categories of its points are not used.</summary>
internal sealed record PlotRow(string Label, IReadOnlyList<SharePoint> Points);

/// <summary>Values with intervals, one row each: a forest plot, or several shares of one thing.</summary>
internal static class RowPlot
{
    private const double RowHeight = 24;
    private const int LongestLabel = 76;

    // Null without rows. Differences are in points, with a line at nought; series have no names where there is one alone.
    public static Drawing? Draw(IReadOnlyList<PlotRow> rows, IReadOnlyList<string> series, bool areDifferences)
    {
        if (rows.Count == 0)
        {
            return null;
        }

        var axis = Axis.Around(rows.SelectMany(static row => row.Points).SelectMany(static point => new[] { point.Value, point.Lower, point.Upper })
            .Concat(areDifferences ? [0] : []));
        string Text(double value) => areDifferences ? Canvas.Points(value) : Canvas.Percent(value);
        var left = 20 + (Canvas.LetterWidth * rows.Max(static row => Canvas.Short(row.Label, LongestLabel).Length));
        var bottom = 8 + (RowHeight * rows.Count);
        double X(double value) => axis.Place(value, left, Canvas.Width - 24);
        var canvas = new Canvas();
        for (var tick = 0; tick <= axis.Ticks; tick++)
        {
            var (value, x) = (axis.Tick(tick), X(axis.Tick(tick)));
            canvas.Segment(x, 4, x, bottom, areDifferences && Math.Abs(value) < axis.Step / 2 ? "nought" : "grid");
            canvas.Label(x, bottom + 18, areDifferences ? FormattableString.Invariant($"{100 * value:+0;−0;0}") : FormattableString.Invariant($"{100 * value:0} %"), "middle", "soft");
        }

        for (var row = 0; row < rows.Count; row++)
        {
            var y = 8 + (RowHeight * (row + 0.5));
            canvas.Label(left - 10, y + 4, Canvas.Short(rows[row].Label, LongestLabel), "end");
            foreach (var point in rows[row].Points)
            {
                var at = y + (rows[row].Points.Count == 1 ? 0 : (point.Series - ((rows[row].Points.Max(static other => other.Series)) / 2.0)) * 5);
                var hasInterval = double.IsFinite(point.Lower);
                if (hasInterval)
                {
                    canvas.Segment(X(point.Lower), at, X(point.Upper), at, Canvas.StyleOf(point.Series));
                }

                canvas.Mark(X(point.Value), at, point.Series, $"{(series.Count > 0 ? series[point.Series] + " " : "")}{Text(point.Value)}{(hasInterval ? $" ({Text(point.Lower)} to {Text(point.Upper)})" : "")}");
            }
        }

        return canvas.ToDrawing(series.Count == 0 ? bottom + 28 : canvas.Legend(bottom + 44, series, rows.SelectMany(static row => row.Points), []));
    }
}
