using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Tables;
using LLaVAction.Training;

namespace LLaVAction.Cli.Commands;

/// <summary>Which of a recogniser's classes become the distractors of training questions.</summary>
internal enum DistractorWindow
{
    // Drawn from the 2K best-ranked, as the original's code does.
    TwoK,

    // The K−1 best-ranked, as its paper says.
    K,
}

/// <summary>The options of <c>build-training-set</c>.</summary>
internal sealed record BuildTrainingSetOptions
{
    [OptionGroup(Required = ["--annotations"])]
    public BenchmarkSources Sources { get; init; } = new();

    [Option("--task", "What the rows teach, one file each: choosing an option, when an action starts and ends, naming the action.")]
    public IReadOnlyList<TrainingTask> Tasks { get; init; } = new TrainingSettings().Tasks;

    [Option("--provenance", "State whether a dump's predictions were measured or simulated; stored in the manifest.", Value = "NAME=measured|simulated")]
    public IReadOnlyList<string> Provenances { get; init; } = [];

    [Option("--options", "Options per question.", Value = "K", Minimum = 2, Maximum = 26)]
    public int OptionsPerQuestion { get; init; } = 5;

    [Option("--window", "Which classes of a dump become distractors: drawn from the 2K best-ranked (as the original's code), or the K-1 best-ranked (as its paper).")]
    public DistractorWindow Window { get; init; } = DistractorWindow.TwoK;

    [Option("--representation", "Which text stands for an action class; one multiple-choice file each.")]
    public IReadOnlyList<Representation> Representations { get; init; } = [Representation.Narration];

    [Option("--ambiguous", "What to do with a distractor that may be true as well.")]
    public AmbiguousDistractors Ambiguous { get; init; } = AmbiguousDistractors.Keep;

    [Option("--delta", "Seconds of padding of temporal detection, before and after the action together.", Value = "S", Minimum = 0.01, Maximum = 3600)]
    public double DeltaSeconds { get; init; } = 5;

    [Option("--prior-actions", "Share of the multiple-choice rows with two prior actions that are shown with them.", Value = "SHARE", Minimum = 0, Maximum = 1)]
    public double PriorActionShare { get; init; }

    [Option("--prior-draw", "When that share is drawn: anew at every load, by the trainer, or once, when the set is built.")]
    public PriorActionDraw PriorActionDraw { get; init; } = PriorActionDraw.Load;

    [Option("--folds", "Folds of a cross-fitted dump, a CSV of narration_id,fold; repeatable.", Value = "NAME=CSV")]
    public IReadOnlyList<string> Folds { get; init; } = [];

    [Option("--validation", "CSV of the validation split, which --validation-dump is for.", Value = "CSV")]
    public string? Validation { get; init; }

    [Option("--validation-dump", "The recogniser's dump over the validation split; shows whether the train dump is in-sample; repeatable.", Value = "NAME=DUMP")]
    public IReadOnlyList<string> ValidationDumps { get; init; } = [];

    [Option("--include", "Further rows for the mixture, a JSONL or JSON file, and how many of them (all, first:N, end:N, random:N or N%); repeatable.", Value = "FILE[=SAMPLING]")]
    public IReadOnlyList<string> Included { get; init; } = [];

    [Option("--dataset-name", "Name of the videos' folder that the rows carry: EK100 for chunked videos, EKframes for folders of frames.", Value = "NAME")]
    public string DatasetName { get; init; } = "EK100";

    [Option("--seed", "Seed of every random choice.", Value = "N")]
    public long Seed { get; init; } = 42;

    [Option("--limit", "Make rows of the first N clips only; the pool of distractors stays whole.", Value = "N", Minimum = 1)]
    public int? Limit { get; init; }

    [Option("--output", "Folder to create.", Value = "DIR", Alias = "-o")]
    public required string Output { get; init; }

    [Option("--force", "Replace the training set in an existing folder.")]
    public bool Force { get; init; }

    [Option("--format", "How the summary is printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>build-training-set</c>: train annotations and dumps in, instruction-tuning rows and a mixture out.</summary>
internal sealed class BuildTrainingSetCommand()
    : ToolCommand<BuildTrainingSetOptions>("build-training-set", "Build instruction-tuning data from train annotations and recognisers' predictions of the train split.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new(
            "Easy distractors, temporal detection and direct prediction of the train split",
            "llavaction build-training-set --annotations EPIC_100_train.csv --narrations EPIC_100_validation.csv --strategy random --output training"),
    ];

    public override Task<int> RunAsync(BuildTrainingSetOptions options, CommandContext context)
    {
        BenchmarkFolderWriter.RequireFree(options.Output, options.Force);
        var (manifest, files) = TrainingSetBuilder.Build(
            new TrainingRecipe
            {
                Sources = options.Sources.ToRecipe(options.Provenances, options.Limit, new BenchmarkSettings()),
                Settings = new TrainingSettings
                {
                    Seed = options.Seed,
                    Tasks = options.Tasks,
                    OptionsPerQuestion = options.OptionsPerQuestion,
                    Window = options.Window == DistractorWindow.TwoK ? Protocol.Training : Protocol.Mqa,
                    Representations = options.Representations,
                    Ambiguous = options.Ambiguous,
                    DeltaSeconds = options.DeltaSeconds,
                    PriorActionShare = options.PriorActionShare,
                    PriorActionDraw = options.PriorActionDraw,
                    DatasetName = options.DatasetName,
                },
                Folds = Named(options.Folds, "--folds"),
                ValidationAnnotations = options.Validation,
                ValidationDumps = Named(options.ValidationDumps, "--validation-dump"),
                Included = [.. options.Included.Select(Include)],
            },
            ToolVersion.Current);
        context.CancellationToken.ThrowIfCancellationRequested();
        new BenchmarkFolderWriter(options.Output).Write(files);
        foreach (var entry in manifest.Files.Where(static entry => entry.Teacher?.IsInSample == true))
        {
            var validation = entry.Teacher?.ValidationTop1 is { } top1 ? FormattableString.Invariant($" against {top1 * 100:0.0} % on validation") : "";
            context.Log.Warning(
                "{Strategy}: the dump is in-sample, its top-1 on these clips is {Top1}{Validation}: the truth is nearly always its first guess. Use a cross-fitted dump",
                entry.Strategy, FormattableString.Invariant($"{entry.Teacher?.Top1 * 100:0.0} %"), validation);
        }

        foreach (var (strategy, teacher) in manifest.Files.Where(static entry => entry.Teacher is not null).DistinctBy(static entry => entry.Strategy, StringComparer.Ordinal).Select(static entry => (entry.Strategy, entry.Teacher!)))
        {
            if (DumpPlausibility.Doubt(manifest.Clips, (int)Math.Round(teacher.Top1 * manifest.Clips), optionCount: 1, manifest.ActionClasses) is { } doubt)
            {
                context.Log.Warning("{Strategy}: {Doubt}", strategy, doubt);
            }
        }

        context.Results.Write(Summarise(manifest), options.Format);
        return Task.FromResult(ExitCode.Done);
    }

    private static Dictionary<string, string> Named(IReadOnlyList<string> texts, string option)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, { Length: > 0 } path])
            {
                throw new InputException($"{option} {text}: expected NAME=FILE, with the name of a --strategy.");
            }

            if (!named.TryAdd(name, path))
            {
                throw new InputException($"{option} {text}: '{name}' is given twice.");
            }
        }

        return named;
    }

    private static MixtureEntry Include(string text)
    {
        var equals = text.LastIndexOf('=');
        return equals > 0 && RowSampling.Parse(text[(equals + 1)..]) is { } sampling
            ? new MixtureEntry(Path.GetFullPath(text[..equals]), sampling)
            : new MixtureEntry(Path.GetFullPath(text), new RowSampling(SamplingKind.All));
    }

    private static Table Summarise(TrainingManifest manifest)
    {
        var table = new Table(
            new TableColumn("file", "File"),
            new TableColumn("question_type", "Question type"),
            TableColumn.Number("rows", "Rows"),
            TableColumn.Number("excluded", "Left out"),
            TableColumn.Number("prior_actions", "With prior actions"),
            new TableColumn("provenance", "Predictions"),
            TableColumn.Percent("top1", "Dump's top-1"),
            new TableColumn("in_sample", "In-sample"),
            new TableColumn("sha256", "SHA-256"));
        foreach (var entry in manifest.Files)
        {
            table.Add(
                entry.File, entry.QuestionType, entry.Rows, entry.Excluded, entry.RowsWithPriorActions,
                entry.Teacher is null ? "-" : SettingNames.Of(entry.Teacher.Provenance),
                entry.Teacher?.Top1,
                entry.Teacher is null ? "-" : entry.Teacher.IsInSample switch { true => "yes", false => "no", null => "unknown" },
                entry.Sha256[..16]);
        }

        return table;
    }
}
