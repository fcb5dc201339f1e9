using LLaVAction.Comparison;

namespace LLaVAction.Reports;

/// <summary>Paired differences with their intervals, one row each, as inline SVG.</summary>
public static class ForestPlot
{
    private const double Left = 380;
    private const double PlotWidth = 420;
    private const double RowHeight = 22;
    private const int MostRows = 40;

    /// <summary>Draws the differences that have an interval, the first 40 of them; an empty text for none.</summary>
    public static string Draw(RunComparison comparison)
    {
        var rows = comparison.Pairs.Where(static pair => pair.Difference.IsEstimable).Take(MostRows).ToArray();
        if (rows.Length == 0)
        {
            return "";
        }

        var reach = Math.Max(0.05, Math.Ceiling(20 * rows.Max(static pair => Math.Max(-pair.Difference.Lower, pair.Difference.Upper))) / 20);
        var height = 30 + (RowHeight * rows.Length);
        var svg = new HtmlText();
        svg.Markup($"<svg viewBox=\"0 0 {N(Left + PlotWidth + 20)} {N(height)}\" width=\"{N(Left + PlotWidth + 20)}\" role=\"img\" aria-label=\"{HtmlText.Escape(string.Join("; ", rows.Select(pair => Describe(comparison, pair))))}\">\n");
        foreach (var tick in (double[])[-1, -0.5, 0, 0.5, 1])
        {
            var x = X(tick * reach);
            svg.Markup($"<line class=\"grid\" x1=\"{N(x)}\" x2=\"{N(x)}\" y1=\"4\" y2=\"{N(height - 22)}\"/><text class=\"soft\" x=\"{N(x)}\" y=\"{N(height - 6)}\" text-anchor=\"middle\">{Points(tick * reach)}</text>\n");
        }

        for (var row = 0; row < rows.Length; row++)
        {
            var (difference, y) = (rows[row].Difference, 16 + (RowHeight * row));
            svg.Markup($"<text x=\"{N(Left - 8)}\" y=\"{N(y + 4)}\" text-anchor=\"end\">").Text(Label(comparison, rows[row])).Markup("</text>")
                .Markup($"<line x1=\"{N(X(difference.Lower))}\" x2=\"{N(X(difference.Upper))}\" y1=\"{N(y)}\" y2=\"{N(y)}\" stroke=\"var(--s0)\" stroke-width=\"2\"/>")
                .Markup($"<rect x=\"{N(X(difference.Estimate) - 4)}\" y=\"{N(y - 4)}\" width=\"8\" height=\"8\" fill=\"var(--s0)\"><title>").Text(Describe(comparison, rows[row])).Markup("</title></rect>\n");
        }

        return svg.Markup("</svg>\n").ToString();

        double X(double difference) => Left + (PlotWidth * (difference + reach) / (2 * reach));
    }

    private static string Label(RunComparison comparison, PairReport pair)
    {
        var (first, second) = (comparison.Cells[pair.First], comparison.Cells[pair.Second]);
        return pair.DiffersIn switch
        {
            "frames" => FormattableString.Invariant($"{first.Run}, {first.Summary.Strategy}: {second.Summary.Frames} − {first.Summary.Frames} frames"),
            "strategy" => FormattableString.Invariant($"{first.Run}, {first.Summary.Frames} frames: {second.Summary.Strategy} − {first.Summary.Strategy}"),
            _ => FormattableString.Invariant($"{second.Run} − {first.Run}: {first.Summary.Strategy}, {first.Summary.Frames} frames"),
        };
    }

    private static string Describe(RunComparison comparison, PairReport pair) =>
        $"{Label(comparison, pair)}: {Points(pair.Difference.Estimate)} points ({Points(pair.Difference.Lower)} to {Points(pair.Difference.Upper)})";

    private static string Points(double share) => FormattableString.Invariant($"{100 * share:+0.0;-0.0;0.0}");

    private static string N(double value) => HtmlText.Coordinate(value);
}
