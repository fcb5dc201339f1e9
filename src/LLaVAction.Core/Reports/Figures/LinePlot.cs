namespace LLaVAction.Reports.Figures;

/// <summary>A share in 0..1 with its interval, NaN for none.</summary>
internal sealed record SharePoint(int Series, string Category, double Value, double Lower = double.NaN, double Upper = double.NaN);

/// <summary>One panel of a plot. Categories stand in the order they first appear in; lines join the points of a series where they have an order.</summary>
internal sealed record PlotPanel(string Title, bool IsOrdered, IReadOnlyList<SharePoint> Points)
{
    public double? Chance { get; init; }

    // The best accuracy from the options alone.
    public double? Ceiling { get; init; }
}

/// <summary>Shares with intervals over categories, in panels side by side that share one axis.</summary>
internal static class LinePlot
{
    private const double Left = 48;
    private const double Gap = 26;
    private const double PanelHeight = 210;
    private const double RowHeight = PanelHeight + 72;

    // Null where no panel has points.
    public static Drawing? Draw(IReadOnlyList<PlotPanel> panels, IReadOnlyList<string> series)
    {
        panels = [.. panels.Where(static panel => panel.Points.Count > 0)];
        if (panels.Count == 0)
        {
            return null;
        }

        var axis = Axis.Around(panels.SelectMany(static panel => panel.Points
            .SelectMany(static point => new[] { point.Value, point.Lower, point.Upper })
            .Concat([panel.Chance ?? double.NaN, panel.Ceiling ?? double.NaN])));
        var canvas = new Canvas();
        var inRow = panels.Count == 4 ? 2 : Math.Min(3, panels.Count);
        var width = (Canvas.Width - Left - (Gap * inRow)) / inRow;
        for (var index = 0; index < panels.Count; index++)
        {
            DrawPanel(canvas, panels[index], axis, Left + (index % inRow * (width + Gap)), 30 + (index / inRow * RowHeight), width, index % inRow == 0);
        }

        (string, string)[] lines =
        [
            .. panels.Any(static panel => panel.Chance is not null) ? [("chance", "chance")] : Array.Empty<(string, string)>(),
            .. panels.Any(static panel => panel.Ceiling is not null) ? [("options only", "ceiling")] : Array.Empty<(string, string)>(),
        ];
        var rows = (panels.Count + inRow - 1) / inRow;
        return canvas.ToDrawing(canvas.Legend(30 + (rows * RowHeight) - 10, series, panels.SelectMany(static panel => panel.Points), lines));
    }

    private static void DrawPanel(Canvas canvas, PlotPanel panel, Axis axis, double left, double top, double width, bool isFirst)
    {
        double Y(double share) => axis.Place(share, top + PanelHeight, top);
        canvas.Label(left, top - 12, panel.Title, style: "title");
        for (var tick = 0; tick <= axis.Ticks; tick++)
        {
            canvas.Segment(left, Y(axis.Tick(tick)), left + width, Y(axis.Tick(tick)), "grid");
            if (isFirst)
            {
                canvas.Label(left - 6, Y(axis.Tick(tick)) + 4, FormattableString.Invariant($"{100 * axis.Tick(tick):0} %"), "end", "soft");
            }
        }

        foreach (var (share, style) in new[] { (panel.Chance, "chance"), (panel.Ceiling, "ceiling") })
        {
            if (share is { } value)
            {
                canvas.Segment(left, Y(value), left + width, Y(value), style, $"{(style == "chance" ? "chance" : "options only")} {Canvas.Percent(value)}");
            }
        }

        string[] categories = [.. panel.Points.Select(static point => point.Category).Distinct(StringComparer.Ordinal)];
        int[] series = [.. panel.Points.Select(static point => point.Series).Distinct().Order()];
        var step = width / categories.Length;
        var spread = Math.Min(11, 0.8 * step / series.Length);
        double X(SharePoint point) => left + ((Array.IndexOf(categories, point.Category) + 0.5) * step) + ((Array.IndexOf(series, point.Series) - ((series.Length - 1) / 2.0)) * spread);
        // Names that would touch their neighbours stand at two heights.
        var isTight = categories.Any(name => (name.Length + 1) * Canvas.LetterWidth > step);
        for (var category = 0; category < categories.Length; category++)
        {
            canvas.Label(left + ((category + 0.5) * step), top + PanelHeight + (isTight && category % 2 == 1 ? 32 : 18), categories[category], "middle", "soft");
        }

        foreach (var group in panel.Points.GroupBy(static point => point.Series))
        {
            if (panel.IsOrdered && group.Count() > 1)
            {
                canvas.Polyline(group.Select(point => (X(point), Y(point.Value))), group.Key);
            }

            foreach (var point in group)
            {
                var hasInterval = double.IsFinite(point.Lower);
                if (hasInterval)
                {
                    canvas.Segment(X(point), Y(point.Lower), X(point), Y(point.Upper), Canvas.StyleOf(group.Key));
                }

                canvas.Mark(X(point), Y(point.Value), group.Key, $"{point.Category}: {Canvas.Percent(point.Value)}{(hasInterval ? $" ({Canvas.Percent(point.Lower)} to {Canvas.Percent(point.Upper)})" : "")}");
            }
        }
    }
}
