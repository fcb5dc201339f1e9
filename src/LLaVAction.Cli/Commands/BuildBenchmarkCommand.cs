using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Tables;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>build-benchmark</c>.</summary>
internal sealed record BuildBenchmarkOptions
{
    [OptionGroup(Required = ["--annotations", "--strategy"])]
    public BenchmarkSources Sources { get; init; } = new();

    [Option("--provenance", "State whether a dump's predictions were measured or simulated; stored, and shown with every figure of the set.", Value = "NAME=measured|simulated")]
    public IReadOnlyList<string> Provenances { get; init; } = [];

    [Option("--synthetic", "State that the clips were drawn or rendered, not recorded; stored, and said with every figure.")]
    public bool IsSynthetic { get; init; }

    [Option("--options", "Options per question.", Value = "K", Minimum = 2, Maximum = 26)]
    public int OptionsPerQuestion { get; init; } = 5;

    [Option("--representation", "Which text stands for an action class.")]
    public Representation Representation { get; init; } = Representation.Narration;

    [Option("--ambiguous", "What to do with a distractor that may be true as well.")]
    public AmbiguousDistractors Ambiguous { get; init; } = AmbiguousDistractors.Keep;

    [Option("--protocol", "Which candidates become options.")]
    public Protocol Protocol { get; init; } = Protocol.Mqa;

    [Option("--seed", "Seed of every random choice.", Value = "N")]
    public long Seed { get; init; } = 42;

    [Option("--limit", "Ask about the first N rows only; the pool of distractors stays whole.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--output", "Folder to create.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--force", "Replace the benchmark in an existing folder.")]
    public bool Force { get; init; }

    [Option("--format", "How the summary is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>build-benchmark</c>: annotations and dumps in, question sets out.</summary>
internal sealed class BuildBenchmarkCommand()
    : ToolCommand<BuildBenchmarkOptions>("build-benchmark", "Build question sets from annotations and recognisers' predictions.")
{
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

    public override Task<int> RunAsync(BuildBenchmarkOptions options, CommandContext context)
    {
        BenchmarkFolderWriter.RequireFree(options.Output, options.Force);
        var recipe = options.Sources.ToRecipe(options.Provenances, options.Limit, new BenchmarkSettings
        {
            Seed = options.Seed,
            OptionsPerQuestion = options.OptionsPerQuestion,
            Representation = options.Representation,
            Ambiguous = options.Ambiguous,
            Protocol = options.Protocol,
            IsSynthetic = options.IsSynthetic,
        });
        using var inputs = BenchmarkInputs.Load(recipe);
        context.CancellationToken.ThrowIfCancellationRequested();
        var benchmark = inputs.Build();
        var rendered = BenchmarkRenderer.Render(benchmark, inputs.Sources, recipe.Limit, ToolVersion.Current);
        context.CancellationToken.ThrowIfCancellationRequested();
        new BenchmarkFolderWriter(options.Output).Write(rendered.Files);
        foreach (var doubt in rendered.Manifest.Doubts())
        {
            context.Log.Warning("{Doubt}", doubt);
        }

        context.Results.Write(Summarise(rendered.Manifest), options.Format);
        return Task.FromResult(ExitCode.Done);
    }

    private static Table Summarise(BenchmarkManifest manifest)
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
            TableColumn.Number("truth_in_first_k", $"Truth in top {manifest.OptionsPerQuestion}"),
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

        return table;
    }
}
