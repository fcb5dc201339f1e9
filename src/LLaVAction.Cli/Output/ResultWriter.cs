using LLaVAction.Tables;
using Spectre.Console;
using Table = LLaVAction.Tables.Table;

namespace LLaVAction.Cli.Output;

/// <summary>How results are printed.</summary>
internal enum ResultFormat
{
    Table,

    Markdown,

    Csv,

    Json,

    Latex,
}

/// <summary>
/// Writes results to standard output. Tables keep to the width of a terminal where there is one; elsewhere every row is one
/// line, however long.
/// </summary>
/// <param name="text">Where results go.</param>
/// <param name="terminal">The terminal behind it; null for a file or a pipe.</param>
internal sealed class ResultWriter(TextWriter text, Lazy<IAnsiConsole>? terminal = null)
{
    public TextWriter Text => text;

    public void WriteLine(string line = "") => text.WriteLine(line);

    public void Write(Table table, ResultFormat format)
    {
        switch (format)
        {
            case ResultFormat.Json:
                TableWriter.WriteJson(table, text);
                break;
            case ResultFormat.Csv:
                TableWriter.WriteCsv(table, text);
                break;
            case ResultFormat.Markdown:
                TableWriter.WriteMarkdown(table, text);
                break;
            case ResultFormat.Latex:
                TableWriter.WriteLatex(table, "", "results", text);
                break;
            case ResultFormat.Table when terminal is not null:
                WriteFitted(table, terminal.Value);
                break;
            default:
                TableWriter.WriteText(table, text);
                break;
        }
    }

    public void Write(IReadOnlyList<Section> sections, IReadOnlyList<string> notes, ResultFormat format)
    {
        if (format != ResultFormat.Table || terminal is null)
        {
            SectionWriter.Write(sections, notes, format.ToString().ToLowerInvariant(), text);
            return;
        }

        foreach (var section in sections.Where(static section => section.Table.Rows.Count > 0))
        {
            text.WriteLine(section.Title);
            text.WriteLine();
            WriteFitted(section.Table, terminal.Value);
            text.WriteLine();
        }

        foreach (var note in notes)
        {
            text.WriteLine($"- {note}");
        }
    }

    private void WriteFitted(Table table, IAnsiConsole console)
    {
        text.Flush();
        FittedTable.Write(table, console);
    }
}
