using System.CommandLine;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Comparison;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary><c>compare</c>: accuracy with intervals and paired tests over one or more runs.</summary>
internal sealed class CompareCommand : CommandModule
{
    private readonly Argument<string[]> _runs;
    private readonly Option<string> _format;
    private readonly Option<string[]> _section;
    private readonly Option<string?> _annotations;
    private readonly Option<string?> _biasScores;

    /// <summary>Declares the command.</summary>
    public CompareCommand()
        : base("compare", "Compares runs: accuracy with clustered intervals, paired tests, position bias, splits.")
    {
        _runs = Add(new Argument<string[]>("RUN") { Description = "Folders of evaluate-model.", Arity = ArgumentArity.OneOrMore });
        _format = Add(OptionFactory.Choice("--format", "How the result is written.", "table", "table", "markdown", "csv", "json"));
        _section = Add(OptionFactory.CommaList("--section", "Only these sections, with commas: accuracy, uncertainty, context, answers, scorings, pairs, positions and splits.", "NAMES"));
        _annotations = Add(OptionFactory.Optional<string>("--annotations-folder", "Folder of the EPIC-KITCHENS-100 CSV files, for the splits by tail classes and unseen participants.", "DIR"));
        _biasScores = Add(OptionFactory.Optional<string>("--bias-scores", "File of 'describe-benchmark --bias-scores', for the split by what the options alone give away.", "FILE"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Compare a run with its blind control; two models are compared in the same way", "llavaction compare runs/model runs/blind"),
        new("The paired tests alone, as CSV", "llavaction compare runs/model runs/blind --section pairs --format csv"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var compared = ComparedRun.Open(context.Get(_runs));
        var comparison = RunComparison.Of(compared, SplitFiles.Read(context.Get(_annotations), context.Get(_biasScores)));
        foreach (var run in compared.Where(static run => run.Results.IsComplete))
        {
            WriteSummary(context, run);
        }

        SectionWriter.Write(
            SectionWriter.Choose(ComparisonTables.All(comparison), context.Get(_section)), comparison.Notes, context.Get(_format), context.Output);
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
            RunFolder.Open(run.Path).WriteFile(RunSummary.FileName, RunJson.ToBytes(run.Summary));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Log.Warning("{Path}: the summary could not be written ({Reason})", run.Path, exception.Message);
        }
    }
}
