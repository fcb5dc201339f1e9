using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Evaluation;
using LLaVAction.Evaluation.Exchange;
using LLaVAction.Exchange;
using LLaVAction.Exchange.Formats;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>import-answers</c>.</summary>
internal sealed record ImportAnswersOptions
{
    [Argument("RUN", "Folder of the run: a new one, or one that waits for a batch.")]
    public required string Run { get; init; }

    [Option("--from", "File or folder of answers; repeatable.", Value = "PATH")]
    public required IReadOnlyList<string> From { get; init; }

    [Option("--answer-format", "Program that wrote them; auto looks into the file.")]
    public AnswerFormat AnswerFormat { get; init; }

    [Option("--benchmark", "Folder of the benchmark, for a new run.", Value = "DIR")]
    public string? Benchmark { get; init; }

    [Option("--model", "Name of the model that answered, for a new run.", Value = "NAME")]
    public string? Model { get; init; }

    [Option("--frames", "Number of frames it saw, for a new run; 0 where unknown.", Value = "N", Minimum = 0, Maximum = 10_000)]
    public int? Frames { get; init; }

    [Option("--strategy", "Set that was asked; repeatable [default: all].", Value = "NAME")]
    public IReadOnlyList<string> Strategies { get; init; } = [];

    [Option("--ids", "Narration ids that were asked about, one per line [default: all].", Value = "FILE")]
    public string? Ids { get; init; }

    [Option("--limit", "Only the first N clips were asked about.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--retry-failed", "Let answers replace results that failed.")]
    public bool RetryFailed { get; init; }

    [Option("--format", "How the summary is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>import-answers</c>: answers of any other program become a run.</summary>
internal sealed class ImportAnswersCommand()
    : ToolCommand<ImportAnswersOptions>("import-answers", "Turn answers of other programs into a run.")
{
    private const int MostMisfitsShown = 20;

    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "A table with the columns id and answer",
            "llavaction import-answers runs/table --from answers.csv --benchmark mqa-small --strategy random --limit 2 --model theirs --frames 8"),
        new(
            "Samples of lmms-eval",
            "llavaction import-answers runs/samples --from samples.jsonl --benchmark mqa-small --strategy random --limit 2 --model LLaVA-Video-7B --frames 64"),
    ];

    public override Task<int> RunAsync(ImportAnswersOptions options, CommandContext context)
    {
        var format = options.AnswerFormat;
        var answers = new List<ForeignAnswer>();
        foreach (var path in options.From)
        {
            (format, var read) = AnswerFiles.Read(path, format);
            answers.AddRange(read);
        }

        var run = File.Exists(Path.Combine(options.Run, RunRecord.FileName)) ? RunFolder.Open(options.Run) : Create(options, format);
        var report = AnswerImport.Import(run, answers, options.RetryFailed);
        Report(report, context);
        RunSummaryTable.Print(report.Summary, options.Run, options.Format, context.Results);
        return Task.FromResult(report.Join.Misfits.Count == 0 && report.Summary.IsComplete ? ExitCode.Done : ExitCode.Incomplete);
    }

    private RunFolder Create(ImportAnswersOptions options, AnswerFormat format)
    {
        if (options is not { Benchmark: { } folder, Model: { } model, Frames: { } frames })
        {
            throw new InputException(
                $"{options.Run}: a new run needs --benchmark, --model and --frames: what was asked, who answered, and how many frames it saw (0 where unknown).");
        }

        var ids = options.Ids is { } file ? IdFile.Read(file) : null;
        return AnswerImport.Create(options.Run, new ImportRequest
        {
            Selection = QuestionSelection.Read(BenchmarkFolder.Open(folder), options.Strategies, ids, options.Limit),
            Model = model,
            Frames = frames,
            Format = format,
            Configuration = Schema.SettingsOf(options),
        });
    }

    private static void Report(ImportReport report, CommandContext context)
    {
        foreach (var misfit in report.Join.Misfits.Take(MostMisfitsShown))
        {
            context.Log.Warning("{Misfit:l}", misfit);
        }

        if (report.Join.Misfits.Count > MostMisfitsShown)
        {
            context.Log.Warning("… and {More} more that do not fit.", report.Join.Misfits.Count - MostMisfitsShown);
        }

        context.Log.Information(
            "{Imported} answers imported; {Present} already there, {Repeated} repeated, {Misfits} do not fit; {Missing} questions without an answer.",
            report.Imported,
            report.Present,
            report.Join.Repeated,
            report.Join.Misfits.Count,
            report.Summary.ResultsExpected - report.Summary.Results);
    }
}
