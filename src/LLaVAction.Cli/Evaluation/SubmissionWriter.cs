using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using Serilog;

namespace LLaVAction.Cli.Evaluation;

/// <summary>Writes the submission files of a complete run into its folder, one per set and frame count.</summary>
internal static class SubmissionWriter
{
    /// <summary>Writes the files; an incomplete run has none.</summary>
    /// <exception cref="InputException">The run does not rank action classes.</exception>
    public static void Write(string output, ILogger log)
    {
        var folder = RunFolder.Open(output);
        if (folder.Record.Identity.Benchmark.Protocol != SettingNames.Of(Protocol.Recognition))
        {
            throw new InputException("--submission: a submission ranks action classes, which takes a benchmark built with --protocol recognition.");
        }

        var results = folder.ReadResults();
        if (!results.IsComplete)
        {
            log.Warning("The run is not complete, so no submission was written.");
            return;
        }

        foreach (var cell in results.Cells)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"submission-{cell.Strategy}-{cell.Frames}.json");
            folder.WriteFile(name, SubmissionFile.ToBytes(results, cell));
            log.Information("Wrote {File}; set its three levels of supervision before submitting.", Path.Combine(output, name));
        }
    }
}
