using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Cli.Output;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>Prints the summary of a run.</summary>
internal static class RunSummaryTable
{
    public static void Print(RunSummary summary, string output, ResultFormat format, ResultWriter results)
    {
        var table = new Table(
            new TableColumn("strategy", "Strategy"),
            new TableColumn("provenance", "Provenance"),
            TableColumn.Number("frames", "Frames"),
            TableColumn.Percent("accuracy", "Accuracy"),
            TableColumn.Number("questions", "Questions"),
            TableColumn.Percent("chance", "Chance"),
            TableColumn.Percent("accuracy_answered", "Answered only"),
            TableColumn.Number("unparsed", "Unparsed"),
            TableColumn.Number("failed", "Failed"),
            TableColumn.Number("without_result", "Not yet asked"));
        foreach (var cell in summary.Cells)
        {
            table.Add(
                cell.Strategy,
                cell.Provenance == Provenance.Unstated ? "-" : SettingNames.Of(cell.Provenance),
                cell.Frames,
                cell.Accuracy,
                cell.Questions,
                cell.Chance,
                cell.AccuracyAnswered,
                cell.Unreadable,
                cell.Failed,
                cell.WithoutResult);
        }

        results.Write(table, format);
        if (format is ResultFormat.Csv or ResultFormat.Json)
        {
            return;
        }

        if (summary.Cells.Any(static cell => cell.HasLowLetterMass))
        {
            results.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The letters hold only {summary.Cells.Min(static cell => cell.MeanLetterMass):0.0000} of the next token's probability on average: the model would not answer with a letter. See what it writes with --scoring letter,generate."));
        }

        if (summary.Caveats.Count > 0)
        {
            results.WriteLine($"Caveats: {string.Join(", ", summary.Caveats)}.");
        }

        results.WriteLine(summary.IsComplete
            ? $"Complete: {summary.Results} results in {output}"
            : $"Not complete: {summary.Results} of {summary.ResultsExpected} results in {output}");
    }
}
