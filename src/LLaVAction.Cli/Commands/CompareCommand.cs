using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>Files beside the runs from which results are split further; shared by <c>compare</c> and <c>report</c>.</summary>
internal sealed record SplitSources
{
    [Option("--annotations-folder", "Folder of the EPIC-KITCHENS-100 CSV files; adds the splits by tail classes and unseen participants.", Value = "DIR")]
    public string? Annotations { get; init; }

    [Option("--bias-scores", "File written by 'describe-benchmark --bias-scores'; adds the split by what the options alone give away.", Value = "FILE")]
    public string? BiasScores { get; init; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public SplitFiles Read() => SplitFiles.Read(Annotations, BiasScores);
}

/// <summary>The options of <c>compare</c>.</summary>
internal sealed record CompareOptions
{
    [Argument("RUN", "Folders written by evaluate-model.")]
    public required IReadOnlyList<string> Runs { get; init; }

    [Option("--format", "How the comparison is printed.")]
    public ResultFormat Format { get; init; }

    [Option(
        "--section",
        "Only these sections: strategies and frames (the paper's two tables), accuracy, uncertainty, context, answers, scorings, pairs, positions, splits and paper.",
        Value = "NAME[,NAME]",
        HasCommas = true)]
    public IReadOnlyList<string> Sections { get; init; } = [];

    [OptionGroup]
    public SplitSources Splits { get; init; } = new();
}

/// <summary><c>compare</c>: accuracy with intervals and paired tests over one or more runs.</summary>
internal sealed class CompareCommand()
    : ToolCommand<CompareOptions>("compare", "Compare runs: accuracy with clustered confidence intervals, paired tests, position bias, splits.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Compare a run with its blind control; two models are compared in the same way", "llavaction compare runs/model runs/blind"),
        new("Only the paired tests, as CSV", "llavaction compare runs/model runs/blind --section pairs --format csv"),
        new("Models by strategies and by frames, for a paper", "llavaction compare runs/model runs/blind --section strategies,frames --format latex"),
    ];

    public override Task<int> RunAsync(CompareOptions options, CommandContext context)
    {
        var runs = ComparedRun.Open(options.Runs);
        var comparison = RunComparison.Of(runs, options.Splits.Read());
        foreach (var run in runs.Where(static run => run.Results.IsComplete))
        {
            WriteSummary(context, run);
        }

        Print(comparison, options, context.Results);
        return Task.FromResult(runs.All(static run => run.Results.IsComplete) ? ExitCode.Done : ExitCode.Incomplete);
    }

    public static void Print(RunComparison comparison, CompareOptions options, ResultWriter results)
    {
        // The tables of a paper come first in LaTeX, and elsewhere where they are asked for.
        var isForPaper = options.Format == ResultFormat.Latex || options.Sections.Count > 0;
        IReadOnlyList<Section> sections = [.. isForPaper ? ReportTables.ForPaper(comparison.Cells) : [], .. ComparisonTables.All(comparison)];
        results.Write(SectionWriter.Choose(sections, [.. options.Sections]), comparison.Notes, options.Format);
    }

    // A run that another process completed has no summary yet; a read-only folder is no reason to fail.
    private static void WriteSummary(CommandContext context, ComparedRun run)
    {
        if (File.Exists(Path.Combine(run.Path, RunSummary.FileName)))
        {
            return;
        }

        try
        {
            AtomicFile.Write(Path.Combine(run.Path, RunSummary.FileName), RunJson.ToBytes(run.Summary));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Log.Warning("{Path}: the summary could not be written ({Reason})", run.Path, Failure.OfFile(exception));
        }
    }
}
