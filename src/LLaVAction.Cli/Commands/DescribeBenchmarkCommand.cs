using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>describe-benchmark</c>.</summary>
internal sealed record DescribeBenchmarkOptions
{
    [Argument("DIR", "Folder of the benchmark.")]
    public required string Folder { get; init; }

    [Option("--format", "How the card is printed.")]
    public ResultFormat Format { get; init; }

    [Option(
        "--section",
        "Only these sections: sources, sets, options_only, judges, dumps, may_be_true, decides, ranks, positions, categories and overlap.",
        Value = "NAME[,NAME]",
        HasCommas = true)]
    public IReadOnlyList<string> Sections { get; init; } = [];

    [Option("--annotations", "The CSV that the benchmark was built from; adds the overlap with the rest of the pool.", Value = "CSV")]
    public string? Annotations { get; init; }

    [Option("--narrations", "The further CSVs that it was built from; repeatable.", Value = "CSV")]
    public IReadOnlyList<string> Narrations { get; init; } = [];

    [Option("--bias-scores", "Write, for each question, the probability that the cross-validated options-only model gives to the truth.", Value = "FILE")]
    public string? BiasScores { get; init; }
}

/// <summary><c>describe-benchmark</c>: the benchmark card.</summary>
internal sealed class DescribeBenchmarkCommand()
    : ToolCommand<DescribeBenchmarkOptions>("describe-benchmark", "Print the benchmark card: statistics, quality audit, judges, what the options alone give away.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("The whole card", "llavaction describe-benchmark mqa"),
        new("With the overlap between the clips asked about and the train split", "llavaction describe-benchmark mqa --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv"),
        new("What the options alone give away, question by question", "llavaction describe-benchmark mqa --section options_only --bias-scores bias.csv"),
    ];

    public override Task<int> RunAsync(DescribeBenchmarkOptions options, CommandContext context)
    {
        if (options.BiasScores is { } file)
        {
            OutputFile.Prepare(file, "--bias-scores");
        }

        var benchmark = BenchmarkFolder.Open(options.Folder);
        var card = BenchmarkCard.Of(benchmark, ReadPool(options));
        context.Results.Write(SectionWriter.Choose(card.Tables(), [.. options.Sections]), [.. card.Notes()], options.Format);
        if (options.BiasScores is { } path)
        {
            WriteBiasScores(benchmark, card, path);
        }

        return Task.FromResult(ExitCode.Done);
    }

    private static AnnotationPool? ReadPool(DescribeBenchmarkOptions options) => options switch
    {
        { Annotations: { } annotations } => AnnotationPool.Unite([.. options.Narrations.Prepend(annotations).Select(static file => EpicCsvReader.Read(file))]),
        { Narrations.Count: 0 } => null,
        _ => throw new InputException("--narrations needs --annotations: give the CSV with the clips asked about as well."),
    };

    private static void WriteBiasScores(BenchmarkFolder benchmark, BenchmarkCard card, string path)
    {
        var table = new Table(new TableColumn("strategy", ""), new TableColumn("id", ""), new TableColumn("bias_score", ""));
        foreach (var audit in card.Audits)
        {
            foreach (var (question, score) in benchmark.ReadSet(audit.Entry.Strategy).Questions.Zip(audit.BiasScores))
            {
                table.Add(audit.Entry.Strategy, question.Id, score);
            }
        }

        using var writer = new StringWriter();
        TableWriter.WriteCsv(table, writer);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(writer.ToString()));
    }
}
