using LLaVAction.Tables;

namespace LLaVAction.Reports;

/// <summary>
/// A table as HTML for small screens: columns that are empty are left out, text that is the same in every row is said
/// once above the table, and the table alone scrolls sideways, never the page.
/// </summary>
internal static class HtmlTable
{
    /// <summary>Writes a table.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="id">Identifier of the caption, unique on the page.</param>
    /// <param name="caption">What the table shows.</param>
    /// <param name="table">The table.</param>
    public static void Write(HtmlText html, string id, string caption, Table table)
    {
        var columns = Enumerable.Range(0, table.Columns.Count).Where(column => !IsEmpty(table, column)).ToArray();
        var common = columns.Where(column => IsSameTextInAllRows(table, column)).ToArray();
        html.Markup($"<p class=\"caption\" id=\"{id}\">").Text(caption);
        if (common.Length > 0)
        {
            html.Markup("<br><span class=\"soft\">In every row: ")
                .Text(string.Join("; ", common.Select(column => $"{table.Columns[column].Title.ToLowerInvariant()} {TextOf(table, 0, column)}")))
                .Markup(".</span>");
        }

        html.Markup($"</p>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\"><table class=\"sortable\" aria-labelledby=\"{id}\"><thead><tr>");
        int[] shown = [.. columns.Except(common)];
        foreach (var column in shown)
        {
            html.Element($"th scope=\"col\"{ClassOf(table.Columns[column])}", table.Columns[column].Title);
        }

        html.Markup("</tr></thead><tbody>\n");
        for (var row = 0; row < table.Rows.Count; row++)
        {
            html.Markup("<tr>");
            foreach (var column in shown)
            {
                html.Element($"td{ClassOf(table.Columns[column])}", TextOf(table, row, column));
            }

            html.Markup("</tr>\n");
        }

        html.Markup("</tbody></table></div>\n");
    }

    private static bool IsEmpty(Table table, int column) => table.Rows.All(row => table.Columns[column].TextOf(row[column]).Length == 0);

    private static bool IsSameTextInAllRows(Table table, int column) =>
        table.Rows.Count > 1
        && table.Columns[column].Alignment == ColumnAlignment.Left
        && table.Rows.Skip(1).All(row => Equals(row[column], table.Rows[0][column]));

    private static string TextOf(Table table, int row, int column) => table.Columns[column].TextOf(table.Rows[row][column]);

    private static string ClassOf(TableColumn column) => column.Alignment == ColumnAlignment.Right ? " class=\"number\"" : "";
}
