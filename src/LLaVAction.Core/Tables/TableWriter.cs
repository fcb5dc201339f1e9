using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CsvHelper;

namespace LLaVAction.Tables;

/// <summary>Writes a <see cref="Table"/> in one of five formats. Pure text: no colours, no terminal needed.</summary>
public static class TableWriter
{
    private static readonly JsonWriterOptions Json = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Columns aligned with spaces, a rule under the headings, two spaces between columns.</summary>
    public static void WriteText(Table table, TextWriter writer)
    {
        var texts = Format(table);
        var widths = Measure(table, texts);
        writer.WriteLine(Align(table, [.. table.Columns.Select(column => column.Title)], widths, "  ").TrimEnd());
        writer.WriteLine(string.Join("  ", widths.Select(width => new string('-', width))));
        foreach (var row in texts)
        {
            writer.WriteLine(Align(table, row, widths, "  ").TrimEnd());
        }
    }

    /// <summary>A Markdown table, aligned in source too; pipes in cells are escaped.</summary>
    public static void WriteMarkdown(Table table, TextWriter writer)
    {
        var texts = Format(table).ConvertAll(row => Array.ConvertAll(row, EscapeMarkdown));
        var titles = table.Columns.Select(column => EscapeMarkdown(column.Title)).ToArray();
        var widths = Measure(table, [titles, .. texts]);
        writer.WriteLine($"| {Align(table, titles, widths, " | ")} |");
        writer.WriteLine($"|{string.Join("|", table.Columns.Select((column, index) => column.Alignment == ColumnAlignment.Right ? new string('-', widths[index] + 1) + ":" : new string('-', widths[index] + 2)))}|");
        foreach (var row in texts)
        {
            writer.WriteLine($"| {Align(table, row, widths, " | ")} |");
        }
    }

    /// <summary>CSV after RFC 4180 with line feeds: keys first, values at full precision, null as an empty field.</summary>
    public static void WriteCsv(Table table, TextWriter writer)
    {
        using var csv = CsvWriter.Create(writer, new CsvWriterOptions { NewLine = "\n" }, leaveOpen: true);
        csv.WriteRecord([.. table.Columns.Select(column => column.Key)]);
        foreach (var row in table.Rows)
        {
            csv.WriteRecord([.. row.Select(TableColumn.Invariant)]);
        }
    }

    /// <summary>A LaTeX <c>table</c> in the style of the package booktabs, with what people read in its cells; adjustbox shrinks one wider than the page.</summary>
    public static void WriteLatex(Table table, string caption, string label, TextWriter writer)
    {
        writer.Write($"\\begin{{table}}\n\\centering\n\\caption{{{EscapeLatex(caption)}}}\n\\label{{tab:{label}}}\n");
        writer.Write("\\begin{adjustbox}{max width=\\textwidth}\n");
        writer.Write($"\\begin{{tabular}}{{{string.Concat(table.Columns.Select(column => column.Alignment == ColumnAlignment.Right ? 'r' : 'l'))}}}\n\\toprule\n");
        WriteRow(table.Columns.Select(column => column.Title));
        writer.Write("\\midrule\n");
        Format(table).ForEach(WriteRow);
        writer.Write("\\bottomrule\n\\end{tabular}\n\\end{adjustbox}\n\\end{table}\n");

        void WriteRow(IEnumerable<string> cells) => writer.Write(string.Join(" & ", cells.Select(EscapeLatex)) + " \\\\\n");
    }

    /// <summary>A JSON array of objects: keys as names, values at full precision.</summary>
    public static void WriteJson(Table table, TextWriter writer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartArray();
            foreach (var row in table.Rows)
            {
                json.WriteStartObject();
                for (var index = 0; index < row.Count; index++)
                {
                    json.WritePropertyName(table.Columns[index].Key);
                    WriteValue(json, row[index]);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        writer.Write(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n");
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool isTrue:
                json.WriteBooleanValue(isTrue);
                break;
            case int or long or short or byte:
                json.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case double:
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(TableColumn.Invariant(value));
                break;
        }
    }

    private static List<string[]> Format(Table table) =>
        [.. table.Rows.Select(row => row.Select((value, index) => VisibleText.Of(table.Columns[index].TextOf(value).ReplaceLineEndings(" "))).ToArray())];

    private static int[] Measure(Table table, List<string[]> texts) =>
        [.. table.Columns.Select((column, index) => texts.Select(row => row[index].Length).Append(column.Title.Length).Max())];

    private static string Align(Table table, string[] cells, int[] widths, string separator) =>
        string.Join(separator, cells.Select((cell, index) => table.Columns[index].Alignment == ColumnAlignment.Right
            ? cell.PadLeft(widths[index])
            : cell.PadRight(widths[index])));

    private static string EscapeMarkdown(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal);

    private static string EscapeLatex(string cell) => string.Concat(cell.Select(static character => character switch
    {
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => "\\" + character,
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '–' => "--",
        '−' => "$-$",
        '<' => "\\textless{}",
        '>' => "\\textgreater{}",
        _ => character.ToString(),
    }));
}
