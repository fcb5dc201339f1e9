using System.CommandLine;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary><c>describe-benchmark</c>: the benchmark card.</summary>
internal sealed class DescribeBenchmarkCommand : CommandModule
{
    private readonly Argument<string> _folder;
    private readonly Option<string> _format;
    private readonly Option<string[]> _section;
    private readonly Option<string?> _annotations;
    private readonly Option<string[]> _narrations;
    private readonly Option<string?> _biasScores;

    /// <summary>Declares the command.</summary>
    public DescribeBenchmarkCommand()
        : base("describe-benchmark", "Prints the benchmark card: statistics, quality audit, judges, what the options alone give away.")
    {
        _folder = Add(new Argument<string>("DIR") { Description = "The benchmark's folder." });
        _format = Add(OptionFactory.Choice("--format", "How the card is written.", "table", "table", "markdown", "csv", "json"));
        _section = Add(OptionFactory.CommaList("--section", "Only these sections, with commas: sources, sets, options_only, judges, may_be_true, decides, ranks, positions and overlap.", "NAMES"));
        _annotations = Add(OptionFactory.Optional<string>("--annotations", "The CSV that the benchmark was built from, for the overlap with the rest of the pool.", "CSV"));
        _narrations = Add(OptionFactory.Repeatable("--narrations", "The further CSVs that it was built from; repeatable.", "CSV"));
        _biasScores = Add(OptionFactory.Optional<string>("--bias-scores", "Writes, per question, the probability that the cross-validated options-only model gives the truth.", "FILE"));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("The whole card", "llavaction describe-benchmark mqa"),
        new("With the overlap between the clips asked about and the train split", "llavaction describe-benchmark mqa --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv"),
        new("What the options alone give away, question by question", "llavaction describe-benchmark mqa --section options_only --bias-scores bias.csv"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var card = BenchmarkCard.Of(BenchmarkFolder.Open(context.Get(_folder)), ReadPool(context));
        SectionWriter.Write(
            SectionWriter.Choose(card.Tables(), context.Get(_section)), [.. card.Notes()], context.Get(_format), context.Output);
        if (context.Get(_biasScores) is { } path)
        {
            WriteBiasScores(BenchmarkFolder.Open(context.Get(_folder)), card, path);
        }

        return Task.FromResult(ExitCode.Done);
    }

    private AnnotationPool? ReadPool(CommandContext context)
    {
        if (context.Get(_annotations) is not { } path)
        {
            return context.Get(_narrations).Length == 0
                ? null
                : throw new InputException("--narrations is given without --annotations; give the CSV with the clips asked about as well.");
        }

        return AnnotationPool.Unite([.. new[] { path }.Concat(context.Get(_narrations)).Select(static file => EpicCsvReader.Read(file))]);
    }

    private static void WriteBiasScores(BenchmarkFolder benchmark, BenchmarkCard card, string path)
    {
        var table = new Table(new TableColumn("strategy", ""), new TableColumn("id", ""), new TableColumn("bias_score", ""));
        foreach (var audit in card.Audits)
        {
            var questions = benchmark.ReadSet(audit.Entry.Strategy).Questions;
            for (var question = 0; question < questions.Count; question++)
            {
                table.Add(audit.Entry.Strategy, questions[question].Id, audit.BiasScores[question]);
            }
        }

        using var writer = new StringWriter();
        TableWriter.WriteCsv(table, writer);
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(writer.ToString()));
    }
}
