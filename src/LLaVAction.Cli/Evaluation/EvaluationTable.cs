using LLaVAction.Rendering;
using LLaVAction.Runs;

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
                cell.Unparsed,
                cell.DecodeErrors + cell.MissingVideos,
                cell.WithoutResult);
        }

        TableWriter.WriteText(table, writer);
        foreach (var cell in summary.Cells.Where(cell => cell.HasLowLetterMass))
        {
            writer.WriteLine(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{cell.Strategy}, {cell.Frames} frames: mean letter mass {cell.MeanLetterMass:0.000}; the model would not answer with a letter. See what it writes with --scoring letter,generate."));
        }

        if (summary.Caveats.Count > 0)
        {
            writer.WriteLine($"These figures come from {string.Join(" and ", summary.Caveats)}.");
        }

        writer.WriteLine(summary.IsComplete
            ? $"Complete: {summary.Results} results in {output}"
            : $"Not complete: {summary.Results} of {summary.ResultsExpected} results in {output}");
    }
}
