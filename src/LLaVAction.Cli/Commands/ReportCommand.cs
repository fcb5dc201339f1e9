using System.Globalization;
using System.Text;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Reports;
using LLaVAction.Runs;
using LLaVAction.Training;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>report</c>.</summary>
internal sealed record ReportOptions
{
    [Argument("RUN", "Folders written by evaluate-model.")]
    public required IReadOnlyList<string> Runs { get; init; }

    [Option("--output", "HTML file to write.", Value = "FILE", Alias = "-o")]
    public required string Output { get; init; }

    [OptionGroup]
    public SplitSources Splits { get; init; } = new();

    [OptionGroup]
    public VideoSource Videos { get; init; } = new();

    [Option("--examples", "How many questions are shown.", Value = "N", Minimum = 0)]
    public int Examples { get; init; } = 48;

    [Option("--training", "Also draw the losses and accuracies of a training, done or at work: the folder of train-model; repeatable.", Value = "DIR")]
    public IReadOnlyList<string> Trainings { get; init; } = [];

    [Option("--figures", "Also write the figures as SVG files into this folder.", Value = "DIR")]
    public string? Figures { get; init; }

    [Option("--date", "Date to print in the report.", Value = "YYYY-MM-DD")]
    public string? Date { get; init; }
}

/// <summary><c>report</c>: one self-contained HTML file.</summary>
internal sealed class ReportCommand()
    : ToolCommand<ReportOptions>("report", "Write runs as one self-contained HTML file: accuracy, tests, splits, examples, benchmark card, configuration.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("A report of two runs", "llavaction report runs/model runs/blind -o report.html"),
        new("With frames of the clips", "llavaction report runs/model --videos videos -o report.html"),
        new("Dated, and its figures as files", "llavaction report runs/model --date 2026-03-01 --figures figures -o report.html"),
    ];

    public override async Task<int> RunAsync(ReportOptions options, CommandContext context)
    {
        var date = DateOf(options.Date);
        OutputFile.Prepare(options.Output, "--output");
        if (options.Figures is { } figures)
        {
            OutputFile.Prepare(Path.Combine(figures, "figure.svg"), "--figures");
        }

        var runs = ComparedRun.Open(options.Runs);
        var cards = Task.Run(() => Cards(runs), context.CancellationToken);
        var files = options.Splits.Read();
        var comparison = RunComparison.Of(runs, files);
        var examples = ReportExample.Choose(runs, options.Examples);
        if (options.Videos.Open() is { } reader)
        {
            examples = await Thumbnails.AddAsync(examples, reader, context);
        }

        var report = new HtmlReport(new ReportContent(comparison, await cards, examples, ClassNames.Of(runs, files), new EvaluateModelCommand().Schema.Defaults, date)
        {
            Trainings = [.. options.Trainings.Select(TrainingCurve.Read)],
        });
        AtomicFile.Write(options.Output, Encoding.UTF8.GetBytes(report.ToHtml()));
        foreach (var (name, svg) in options.Figures is null ? [] : report.Figures)
        {
            AtomicFile.Write(Path.Combine(options.Figures!, name), Encoding.UTF8.GetBytes(svg));
        }

        context.Results.WriteLine($"{options.Output}: report of {runs.Count} run{(runs.Count == 1 ? "" : "s")}, {comparison.Cells.Count} cells, {comparison.Pairs.Count} paired tests.");
        return runs.All(static run => run.Results.IsComplete) ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static string DateOf(string? text) => text switch
    {
        null => "",
        _ when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date.ToString("d MMMM yyyy", CultureInfo.InvariantCulture),
        _ => throw new InputException($"--date {text}: expected a date as YYYY-MM-DD, for example 2026-03-01."),
    };

    private static IReadOnlyList<BenchmarkCard> Cards(IReadOnlyList<ComparedRun> runs) =>
    [
        .. runs.DistinctBy(static run => run.Identity.Benchmark.ManifestSha256, StringComparer.Ordinal).Select(static run => new BenchmarkCard(
            run.Manifest,
            run.Identity.Benchmark.ManifestSha256,
            [.. run.Results.Sets.Select(set => SetAudit.Of(run.Manifest.Sets.First(entry => entry.Strategy == set.Strategy), set.Questions, null))])),
    ];
}
