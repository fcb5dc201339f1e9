using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Runs;

namespace LLaVAction.Reports;

/// <summary>The headline as a matrix: a row per model, control and strategy, a column per frame count, accuracy over its interval.</summary>
internal static class AccuracyMatrix
{
    private const string Id = "matrix";

    // Writes the matrix; nothing without cells.
    public static void Write(HtmlText html, IReadOnlyList<CellReport> cells)
    {
        if (cells.Count == 0)
        {
            return;
        }

        int[] frames = [.. cells.Select(static cell => cell.Summary.Frames).Distinct().Order()];
        html.Markup($"<p class=\"caption\" id=\"{Id}\">Accuracy over all questions asked; below it the 95 % interval, clustered by participant</p>\n")
            .Markup($"<div class=\"scroll\" role=\"region\" aria-labelledby=\"{Id}\" tabindex=\"0\"><table class=\"matrix\" aria-labelledby=\"{Id}\"><thead><tr>")
            .Markup("<th scope=\"col\">Strategy</th>");
        foreach (var count in frames)
        {
            html.Element("th scope=\"col\" class=\"number\"", count.ToString(CultureInfo.InvariantCulture) + " frames");
        }

        html.Markup("<th scope=\"col\" class=\"number\">Chance</th><th scope=\"col\" class=\"number\">Options only</th></tr></thead><tbody>\n");
        foreach (var row in cells.GroupBy(static cell => (cell.Run, cell.Control, cell.Summary.Strategy)))
        {
            WriteRow(html, row.Key, [.. row], frames);
        }

        html.Markup("</tbody></table></div>\n");
    }

    private static void WriteRow(HtmlText html, (string Run, Control Control, string Strategy) key, CellReport[] cells, int[] frames)
    {
        html.Markup("<tr><th scope=\"row\">").Text(key.Strategy).Markup("<small>").Text(key.Control == Control.None ? key.Run : $"{key.Run}, {SettingNames.Of(key.Control)}");
        foreach (var caveat in cells.SelectMany(static cell => cell.Caveats).Distinct(StringComparer.Ordinal))
        {
            html.Markup("<br>").Text(caveat);
        }

        html.Markup("</small></th>");
        foreach (var count in frames)
        {
            WriteCell(html, Array.Find(cells, cell => cell.Summary.Frames == count));
        }

        WriteShare(html, cells[0].Summary.Chance);
        WriteShare(html, cells[0].OptionsOnlyCeiling);
        html.Markup("</tr>\n");
    }

    private static void WriteCell(HtmlText html, CellReport? cell)
    {
        if (cell?.Summary.Accuracy is not { } accuracy)
        {
            html.Markup("<td class=\"number\">–</td>");
            return;
        }

        html.Markup("<td class=\"number\"><strong>").Text(HtmlText.Percent(accuracy)).Markup("</strong><small>");
        if (double.IsFinite(cell.Interval.Lower))
        {
            html.Text(string.Create(CultureInfo.InvariantCulture, $"{100 * cell.Interval.Lower:0.0}–{100 * cell.Interval.Upper:0.0} %"));
        }

        if (!cell.CoversItsSet)
        {
            html.Markup("<br>").Text(string.Create(
                CultureInfo.InvariantCulture, $"{cell.Summary.Questions - cell.Summary.WithoutResult} of {cell.Summary.QuestionsInSet}"));
        }

        html.Markup("</small></td>");
    }

    private static void WriteShare(HtmlText html, double? share) =>
        html.Element("td class=\"number\"", share is { } value ? HtmlText.Percent(value) : "–");
}
