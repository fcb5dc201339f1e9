using System.Text;
using System.Text.Json;

namespace LLaVAction.Tables;

/// <summary>A named table of a larger result.</summary>
/// <param name="Key">Name for machines.</param>
/// <param name="Title">Heading for people.</param>
/// <param name="Table">The table.</param>
public sealed record Section(string Key, string Title, Table Table);

/// <summary>Writes results of several tables and notes in the formats of <c>--format</c>.</summary>
public static class SectionWriter
{
    /// <summary>Keeps the sections named, in their own order, or all where no name is given.</summary>
    /// <exception cref="InputException">A name that no section has.</exception>
    public static IReadOnlyList<Section> Choose(IReadOnlyList<Section> sections, IReadOnlyCollection<string> names)
    {
        foreach (var name in names.Where(name => sections.All(section => section.Key != name)))
        {
            throw new InputException($"--section: '{name}' is not a section of this result ({string.Join(", ", sections.Select(static section => section.Key))}).");
        }

        return names.Count == 0 ? sections : [.. sections.Where(section => names.Contains(section.Key, StringComparer.Ordinal))];
    }

    /// <summary>Writes sections and notes.</summary>
    /// <param name="sections">The sections; those without rows are passed over.</param>
    /// <param name="notes">Sentences that stand below them; CSV has no place for them.</param>
    /// <param name="format"><c>table</c>, <c>markdown</c>, <c>csv</c>, <c>json</c> or <c>latex</c>.</param>
    /// <param name="output">Where to.</param>
    public static void Write(IReadOnlyList<Section> sections, IReadOnlyList<string> notes, string format, TextWriter output)
    {
        sections = [.. sections.Where(static section => section.Table.Rows.Count > 0)];
        switch (format)
        {
            case "csv":
                WriteCsv(sections, output);
                break;
            case "json":
                WriteJson(sections, notes, output);
                break;
            case "latex":
                WriteLatex(sections, output);
                break;
            default:
                WriteText(sections, notes, output, isMarkdown: format == "markdown");
                break;
        }
    }

    private static void WriteText(IReadOnlyList<Section> sections, IReadOnlyList<string> notes, TextWriter output, bool isMarkdown)
    {
        foreach (var section in sections)
        {
            output.WriteLine(isMarkdown ? "## " + section.Title : section.Title);
            output.WriteLine();
            if (isMarkdown)
            {
                TableWriter.WriteMarkdown(section.Table, output);
            }
            else
            {
                TableWriter.WriteText(section.Table, output);
            }

            output.WriteLine();
        }

        foreach (var note in notes)
        {
            output.WriteLine($"- {note}");
        }
    }

    // Tables to be pasted into a paper. Columns that are empty, and words that are the same in every row, are left to its text.
    private static void WriteLatex(IReadOnlyList<Section> sections, TextWriter output)
    {
        output.Write("% \\usepackage{booktabs,adjustbox}\n");
        foreach (var section in sections)
        {
            var (table, common) = section.Table.WithoutCommonColumns();
            output.Write("\n");
            TableWriter.WriteLatex(table, common.Length == 0 ? section.Title + "." : $"{section.Title}. In every row: {common}.", section.Key, output);
        }
    }

    // One section as it is; several as section, row, column, value.
    private static void WriteCsv(IReadOnlyList<Section> sections, TextWriter output)
    {
        if (sections.Count == 1)
        {
            TableWriter.WriteCsv(sections[0].Table, output);
            return;
        }

        var tidy = new Table(new TableColumn("section", ""), new TableColumn("row", ""), new TableColumn("column", ""), new TableColumn("value", ""));
        foreach (var section in sections)
        {
            for (var row = 0; row < section.Table.Rows.Count; row++)
            {
                for (var column = 0; column < section.Table.Columns.Count; column++)
                {
                    tidy.Add(section.Key, row, section.Table.Columns[column].Key, section.Table.Rows[row][column]);
                }
            }
        }

        TableWriter.WriteCsv(tidy, output);
    }

    private static void WriteJson(IReadOnlyList<Section> sections, IReadOnlyList<string> notes, TextWriter output)
    {
        var text = new StringBuilder("{\n");
        foreach (var section in sections)
        {
            using var json = new StringWriter { NewLine = "\n" };
            TableWriter.WriteJson(section.Table, json);
            text.Append('"').Append(section.Key).Append("\": ").Append(json.ToString().TrimEnd()).Append(",\n");
        }

        text.Append("\"notes\": [").AppendJoin(", ", notes.Select(static note => $"\"{JsonEncodedText.Encode(note)}\"")).Append("]\n}\n");
        output.Write(text.ToString());
    }
}
