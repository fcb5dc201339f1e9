using System.CommandLine;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Configuration;
using LLaVAction.Cli.Hosting;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary><c>build-benchmark</c>: annotations and dumps in, question sets out.</summary>
internal sealed class BuildBenchmarkCommand : CommandModule
{
    private readonly BenchmarkSourceOptions _sources;
    private readonly Option<string[]> _provenance;
    private readonly Option<int> _options;
    private readonly Option<string> _representation;
    private readonly Option<string> _ambiguous;
    private readonly Option<string> _protocol;
    private readonly Option<long> _seed;
    private readonly Option<int?> _limit;
    private readonly Option<string> _output;
    private readonly Option<bool> _force;

    /// <summary>Declares the command.</summary>
    public BuildBenchmarkCommand()
        : base("build-benchmark", "Builds question sets from annotations and recognisers' predictions.")
    {
        _sources = new BenchmarkSourceOptions(Command, areRequired: true);
        _provenance = Add(OptionFactory.Repeatable(
            "--provenance", "States where a dump's predictions come from; stored, and shown wherever a figure of the set is.", "NAME=measured|simulated"));
        _options = Add(OptionFactory.WithDefault("--options", "Options per question, 2 to 26.", "K", 5));
        _representation = Add(Choice("--representation", "What text stands for a class.", Representation.Narration));
        _ambiguous = Add(Choice("--ambiguous", "What to do with distractors that may be true as well.", AmbiguousDistractors.Keep));
        _protocol = Add(Choice("--protocol", "Which candidates become options.", Protocol.Mqa));
        _seed = Add(OptionFactory.WithDefault("--seed", "Seed of every draw.", "N", 42L));
        _limit = Add(OptionFactory.Optional<int?>("--limit", "Asks about the first N rows only; the pool stays as it is.", "N"));
        _output = Add(OptionFactory.Required<string>("--output", "The folder to make.", "DIR", "-o"));
        _force = Add(OptionFactory.Switch("--force", "Replaces the benchmark in an existing folder."));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "Three sets over the whole validation split",
            "llavaction build-benchmark --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv "
            + "--strategy random --strategy avion=avion.pkl --strategy tim=tim.json --provenance avion=measured --output mqa"),
        new(
            "Easy distractors for the first 20 rows, without a dump",
            "llavaction build-benchmark --annotations EPIC_100_validation.csv --strategy random --limit 20 --output mqa-small"),
        new(
            "Twenty options as EPIC-KITCHENS-100 action recognition",
            "llavaction build-benchmark --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv "
            + "--strategy tim=tim.json --options 20 --protocol recognition --representation official-key --output recognition"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var folder = context.Get(_output);
        BenchmarkFolderWriter.RequireFree(folder, context.Get(_force));
        var recipe = _sources.Read(context, context.Get(_provenance), context.Get(_limit), new BenchmarkSettings
        {
            Seed = context.Get(_seed),
            OptionsPerQuestion = context.Get(_options),
            Representation = Parse<Representation>(context, _representation),
            Ambiguous = Parse<AmbiguousDistractors>(context, _ambiguous),
            Protocol = Parse<Protocol>(context, _protocol),
        });
        using var inputs = BenchmarkInputs.Load(recipe);
        context.CancellationToken.ThrowIfCancellationRequested();
        var benchmark = inputs.Build();
        var rendered = BenchmarkRenderer.Render(benchmark, inputs.Sources, recipe.Limit, ToolVersion.Current);
        context.CancellationToken.ThrowIfCancellationRequested();
        new BenchmarkFolderWriter(folder).Write(rendered.Files);
        Summarise(rendered.Manifest, context.Output);
        return Task.FromResult(ExitCode.Done);
    }

    private static void Summarise(BenchmarkManifest manifest, TextWriter writer)
    {
        // Ties are rare, and their column is shown where there are any.
        var hasTies = manifest.Sets.Any(static set => set.TiesAtCut > 0);
        TableColumn[] ties = hasTies ? [TableColumn.Number("ties_at_cut", "Ties at the cut")] : [];
        var table = new Table(
        [
            new TableColumn("strategy", "Strategy"),
            new TableColumn("provenance", "Provenance"),
            TableColumn.Number("questions", "Questions"),
            TableColumn.Number("excluded", "Left out"),
            TableColumn.Number("truth_in_first_k", $"Truth in first {manifest.OptionsPerQuestion}"),
            .. ties,
            TableColumn.Number("substitutions", "Substitutions"),
            TableColumn.Number("questions_with_also_true", "May be true"),
            new TableColumn("sha256", "SHA-256"),
        ]);
        foreach (var set in manifest.Sets)
        {
            object?[] tiesAtCut = hasTies ? [set.TiesAtCut] : [];
            table.Add(
            [
                set.Strategy,
                set.DumpFormat is null ? "-" : SettingNames.Of(set.Provenance),
                set.Questions,
                set.Excluded,
                set.TruthInFirstK,
                .. tiesAtCut,
                set.Substitutions,
                set.QuestionsWithAlsoTrue,
                set.Sha256[..16],
            ]);
        }

        TableWriter.WriteText(table, writer);
    }

    private static Option<string> Choice<T>(string name, string description, T defaultValue)
        where T : struct, Enum =>
        OptionFactory.Choice(name, description, SettingNames.Of(defaultValue), [.. SettingNames.All<T>()]);

    private static T Parse<T>(CommandContext context, Option<string> option)
        where T : struct, Enum =>
        SettingNames.TryParse<T>(context.Get(option), out var value)
            ? value
            : throw new InputException($"{option.Name} {context.Get(option)}: expected one of {string.Join(", ", SettingNames.All<T>())}.");
}
