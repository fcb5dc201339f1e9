using System.Globalization;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Evaluation;

/// <summary>Shows the summary of a run as a small table.</summary>
internal static class EvaluationTable
{
    /// <summary>Writes the table and what must be known beside it.</summary>
    public static void Write(RunSummary summary, string output, TextWriter writer)
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
            TableColumn.Number("failed", "No frames"),
            TableColumn.Number("without_result", "Not yet"));
        foreach (var cell in summary.Cells)
        {
            table.Add(
                cell.Strategy,
                cell.Provenance == "unstated" ? "-" : cell.Provenance,
                cell.Frames,
                cell.Accuracy,
                cell.Questions,
                cell.Chance,
                cell.AccuracyAnswered,
                cell.Unreadable,
                cell.Failed,
                cell.WithoutResult);
        }

        TableWriter.WriteText(table, writer);
        if (summary.Cells.Any(cell => cell.HasLowLetterMass))
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"The letters hold {summary.Cells.Min(cell => cell.MeanLetterMass):0.0000} of the model's next token on average: it would not answer with a letter. See what it writes with --scoring letter,generate."));
        }

        if (summary.Caveats.Count > 0)
        {
            writer.WriteLine($"Mind: {string.Join(", ", summary.Caveats)}.");
        }

        writer.WriteLine(summary.IsComplete
            ? $"Complete: {summary.Results} results in {output}"
            : $"Not complete: {summary.Results} of {summary.ResultsExpected} results in {output}");
    }
}
