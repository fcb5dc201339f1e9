using System.CommandLine;
using System.Text;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Cli.Reporting;
using LLaVAction.Comparison;
using LLaVAction.Reports;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Commands;

/// <summary><c>report</c>: one self-contained HTML file.</summary>
internal sealed class ReportCommand : CommandModule
{
    private readonly Argument<string[]> _runs;
    private readonly Option<string> _output;
    private readonly Option<string?> _annotations;
    private readonly Option<string?> _biasScores;
    private readonly Option<string?> _videos;
    private readonly Option<string> _layout;
    private readonly Option<int> _examples;

    /// <summary>Declares the command.</summary>
    public ReportCommand()
        : base("report", "Writes runs as one self-contained HTML file: accuracy, tests, splits, examples, benchmark card, configuration.")
    {
        _runs = Add(new Argument<string[]>("RUN") { Description = "Folders of evaluate-model.", Arity = ArgumentArity.OneOrMore });
        _output = Add(OptionFactory.Required<string>("--output", "The HTML file to write.", "FILE", "-o"));
        _annotations = Add(OptionFactory.Optional<string>("--annotations-folder", "Folder of the EPIC-KITCHENS-100 CSV files, for the splits by tail classes and unseen participants.", "DIR"));
        _biasScores = Add(OptionFactory.Optional<string>("--bias-scores", "File of 'describe-benchmark --bias-scores', for the split by what the options alone give away.", "FILE"));
        _videos = Add(OptionFactory.Optional<string>("--videos", "Folder of videos for the examples' thumbnails.", "DIR"));
        _layout = Add(OptionFactory.Choice("--video-layout", "Layout of that folder.", "auto", "auto", "epic", "chunks", "frames", "trimmed"));
        _examples = Add(OptionFactory.WithDefault("--examples", "How many questions are shown.", "N", 12));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("A report of two runs", "llavaction report runs/model runs/blind -o report.html"),
        new("With frames of the clips", "llavaction report runs/model --videos videos -o report.html"),
    ];

    /// <inheritdoc/>
    public override async Task<int> RunAsync(CommandContext context)
    {
        var compared = ComparedRun.Open(context.Get(_runs));
        var cards = Task.Run(() => Cards(compared), context.CancellationToken);
        var comparison = RunComparison.Of(compared, SplitFiles.Read(context.Get(_annotations), context.Get(_biasScores)));
        var chosen = ReportExample.Choose(compared, Math.Max(0, context.Get(_examples)));
        if (context.Get(_videos) is { } folder)
        {
            chosen = await Thumbnails.AddAsync(chosen, Engines.Create("cpu", "cpu", null).OpenVideos(folder, context.Get(_layout)), context);
        }

        var html = HtmlReport.Write(comparison, await cards, chosen);
        var path = context.Get(_output);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(html));
        context.Output.WriteLine($"{path}: report of {compared.Count} run{(compared.Count == 1 ? "" : "s")}, {comparison.Cells.Count} cells, {comparison.Pairs.Count} paired tests.");
        return compared.All(static run => run.Results.IsComplete) ? ExitCode.Done : ExitCode.Incomplete;
    }

    /// <summary>The card of each benchmark, from the questions that were asked of it.</summary>
    private static IReadOnlyList<BenchmarkCard> Cards(IReadOnlyList<ComparedRun> compared) =>
    [
        .. compared.DistinctBy(static run => run.Identity.Benchmark.ManifestSha256, StringComparer.Ordinal).Select(static run => new BenchmarkCard(
            run.Manifest,
            run.Identity.Benchmark.ManifestSha256,
            [.. run.Results.Sets.Select(set => SetAudit.Of(run.Manifest.Sets.First(entry => entry.Strategy == set.Strategy), set.Questions, null))])),
    ];
}
