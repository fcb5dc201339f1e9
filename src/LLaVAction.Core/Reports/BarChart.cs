namespace LLaVAction.Reports;

/// <summary>A bar of a bar chart.</summary>
/// <param name="Label">Text below it.</param>
/// <param name="Share">Its height, in 0..1.</param>
public sealed record Bar(string Label, double Share);

/// <summary>Small bar charts of shares, as inline SVG.</summary>
public static class BarChart
{
    private const double Height = 110;
    private const double BarWidth = 30;

    /// <summary>Draws bars; a dashed line marks the reference share, where there is one.</summary>
    public static string Draw(string title, IReadOnlyList<Bar> bars, double? reference)
    {
        if (bars.Count == 0)
        {
            return "";
        }

        var largest = Math.Max(0.05, Math.Max(reference ?? 0, bars.Max(static bar => bar.Share)));
        var width = 20 + (bars.Count * (BarWidth + 10));
        var description = $"{title}. {string.Join("; ", bars.Select(static bar => $"{bar.Label}: {HtmlText.Percent(bar.Share)}"))}";
        var svg = new HtmlText();
        svg.Markup($"<svg viewBox=\"0 0 {N(width)} {N(Height + 40)}\" width=\"{N(width)}\" role=\"img\" aria-label=\"{HtmlText.Escape(description)}\">\n");
        for (var index = 0; index < bars.Count; index++)
        {
            var x = 10 + (index * (BarWidth + 10));
            var height = bars[index].Share / largest * Height;
            svg.Markup($"<rect x=\"{N(x)}\" y=\"{N(Height + 16 - height)}\" width=\"{N(BarWidth)}\" height=\"{N(height)}\" fill=\"var(--s0)\"/>");
            svg.Markup($"<text class=\"soft\" x=\"{N(x + (BarWidth / 2))}\" y=\"{N(Height + 12 - height)}\" text-anchor=\"middle\">{N(100 * bars[index].Share)[..Math.Min(4, N(100 * bars[index].Share).Length)]}</text>");
            svg.Markup($"<text x=\"{N(x + (BarWidth / 2))}\" y=\"{N(Height + 32)}\" text-anchor=\"middle\">").Text(bars[index].Label).Markup("</text>\n");
        }

        if (reference is { } share)
        {
            var y = Height + 16 - (share / largest * Height);
            svg.Markup($"<line x1=\"4\" x2=\"{N(width - 4)}\" y1=\"{N(y)}\" y2=\"{N(y)}\" stroke=\"var(--wrong)\" stroke-dasharray=\"5 4\"/>\n");
        }

        return svg.Markup("</svg>\n").ToString();
    }

    private static string N(double value) => HtmlText.Coordinate(value);
}
