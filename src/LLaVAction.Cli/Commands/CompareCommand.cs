using System.CommandLine;
using System.Text;
using System.Text.Json;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Comparison;
using LLaVAction.Rendering;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary><c>compare</c>: accuracy with intervals and paired tests over one or more runs.</summary>
internal sealed class CompareCommand : CommandModule
{
    private readonly Argument<string[]> runs;
    private readonly Option<string> format;
    private readonly Option<string?> section;
    private readonly Option<string?> annotations;
    private readonly Option<string?> biasScores;

    /// <summary>Declares the command.</summary>
    public CompareCommand()
        : base("compare", "Compares runs: accuracy with clustered intervals, paired tests, position bias, splits.")
    {
        runs = Add(new Argument<string[]>("RUN") { Description = "Folders of evaluate-model.", Arity = ArgumentArity.OneOrMore });
        format = Add(OptionFactory.Choice("--format", "How the result is written.", "table", "table", "markdown", "csv", "json"));
        section = Add(OptionFactory.Optional<string>("--section", "Only this section: accuracy, uncertainty, context, answers, scorings, pairs, positions or splits.", "NAME"));
        annotations = Add(OptionFactory.Optional<string>("--annotations-folder", "Folder of the EPIC-KITCHENS-100 CSV files, for the splits by tail classes and unseen participants.", "DIR"));
        biasScores = Add(OptionFactory.Optional<string>("--bias-scores", "File of 'describe-benchmark --bias-scores', for the split by what the options alone give away.", "FILE"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Compare two models", "llavaction compare runs/llava-video-7b runs/llavaction-7b"),
        new("The paired tests alone, as CSV", "llavaction compare runs/llava-video-7b runs/llavaction-7b --section pairs --format csv"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var compared = ComparedRun.Open(context.Get(runs));
        var comparison = RunComparison.Of(compared, SplitFiles.Read(context.Get(annotations), context.Get(biasScores)));
        foreach (var run in compared.Where(static run => run.Results.IsComplete))
        {
            WriteSummary(context, run);
        }

        var sections = Choose(ComparisonTables.All(comparison), context.Get(section));
        switch (context.Get(format))
        {
            case "csv":
                WriteCsv(sections, context.Output);
                break;
            case "json":
                WriteJson(sections, comparison.Notes, context.Output);
                break;
            case "markdown":
                Write(sections, comparison.Notes, context.Output, "## {0}", TableWriter.WriteMarkdown);
                break;
            default:
                Write(sections, comparison.Notes, context.Output, "{0}", TableWriter.WriteText);
                break;
        }

        return Task.FromResult(compared.All(static run => run.Results.IsComplete) ? ExitCode.Done : ExitCode.Incomplete);
    }

    /// <summary>A run that another process completed has no summary yet; a read-only folder is no reason to fail.</summary>
    private static void WriteSummary(CommandContext context, ComparedRun run)
    {
        if (File.Exists(Path.Combine(run.Path, RunSummary.FileName)))
        {
            return;
        }

        try
        {
            RunFolder.Open(run.Path).WriteFile(RunSummary.FileName, RunJson.ToBytes(SummaryBuilder.Build(run.Results)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Log.Warning("{Path}: the summary could not be written ({Reason})", run.Path, exception.Message);
        }
    }

    private static IReadOnlyList<(string Key, string Title, Table Table)> Choose(
        IReadOnlyList<(string Key, string Title, Table Table)> sections, string? name)
    {
        if (name is null)
        {
            return sections;
        }

        var chosen = sections.Where(section => section.Key == name).ToArray();
        return chosen.Length > 0
            ? chosen
            : throw new InputException($"--section: '{name}' is not a section of this comparison ({string.Join(", ", sections.Select(static section => section.Key))}).");
    }

    private static void Write(
        IReadOnlyList<(string Key, string Title, Table Table)> sections,
        IReadOnlyList<string> notes,
        TextWriter output,
        string heading,
        Action<Table, TextWriter> write)
    {
        foreach (var (_, title, table) in sections)
        {
            output.WriteLine(string.Format(System.Globalization.CultureInfo.InvariantCulture, heading, title));
            output.WriteLine();
            write(table, output);
            output.WriteLine();
        }

        foreach (var note in notes)
        {
            output.WriteLine($"- {note}");
        }
    }

    /// <summary>One section as it is; several as section, row, column, value.</summary>
    private static void WriteCsv(IReadOnlyList<(string Key, string Title, Table Table)> sections, TextWriter output)
    {
        if (sections.Count == 1)
        {
            TableWriter.WriteCsv(sections[0].Table, output);
            return;
        }

        var tidy = new Table(new TableColumn("section", ""), new TableColumn("row", ""), new TableColumn("column", ""), new TableColumn("value", ""));
        foreach (var (key, _, table) in sections)
        {
            for (var row = 0; row < table.Rows.Count; row++)
            {
                for (var column = 0; column < table.Columns.Count; column++)
                {
                    tidy.Add(key, row, table.Columns[column].Key, table.Rows[row][column]);
                }
            }
        }

        TableWriter.WriteCsv(tidy, output);
    }

    private static void WriteJson(IReadOnlyList<(string Key, string Title, Table Table)> sections, IReadOnlyList<string> notes, TextWriter output)
    {
        var text = new StringBuilder("{\n");
        foreach (var (key, _, table) in sections)
        {
            using var json = new StringWriter { NewLine = "\n" };
            TableWriter.WriteJson(table, json);
            text.Append('"').Append(key).Append("\": ").Append(json.ToString().TrimEnd()).Append(",\n");
        }

        text.Append("\"notes\": [").AppendJoin(", ", notes.Select(static note => $"\"{JsonEncodedText.Encode(note)}\"")).Append("]\n}\n");
        output.Write(text.ToString());
    }
}
