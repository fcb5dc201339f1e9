using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Comparison;
using LLaVAction.Training;

namespace LLaVAction.Cli.Commands;

/// <summary>One run of a study.</summary>
/// <param name="Name">Its name in the study.</param>
/// <param name="Options">Its evaluation; the model of a variant is the last checkpoint of its training's folder.</param>
/// <param name="Training">How its model is trained first; null for a model that exists, or that another variant trains.</param>
/// <param name="TrainedAs">The run that trains its model, itself or another; null for a model that exists.</param>
internal sealed record StudyRun(string Name, EvaluateModelOptions Options, StudyTraining? Training = null, string? TrainedAs = null);

/// <summary>How a variant's model is made.</summary>
/// <param name="Build">Builds its rows; null where they exist.</param>
/// <param name="Train">Trains it.</param>
internal sealed record StudyTraining(BuildTrainingSetOptions? Build, TrainModelOptions Train);

/// <summary>The steps of a study, as options of the commands that do them.</summary>
/// <param name="Output">Folder of everything the study makes.</param>
/// <param name="Build">Builds the benchmark; null where it exists.</param>
/// <param name="Verify">Proves it, against its sources where they are known.</param>
/// <param name="Runs">The evaluations; each continues where it stopped.</param>
/// <param name="Compare">Compares the runs.</param>
/// <param name="Report">Writes the report.</param>
/// <param name="Ablation">How the variants are compared; null where they are no ablation.</param>
internal sealed record StudyPlan(
    string Output,
    BuildBenchmarkOptions? Build,
    VerifyBenchmarkOptions Verify,
    IReadOnlyList<StudyRun> Runs,
    CompareOptions Compare,
    ReportOptions Report,
    AblationShape? Ablation = null)
{
    // Before the name of a run of the study whose answers become prior actions.
    private const string OtherRun = "run:";

    public IEnumerable<string> CommandLines =>
    [
        .. Build is null ? [] : (string[])[new BuildBenchmarkCommand().Schema.CommandLineOf(Build)],
        new VerifyBenchmarkCommand().Schema.CommandLineOf(Verify),
        .. Runs.SelectMany(CommandLinesOf),
        new CompareCommand().Schema.CommandLineOf(Compare),
        new ReportCommand().Schema.CommandLineOf(Report),
    ];

    /// <summary>Plans a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="output">Folder of everything it makes.</param>
    /// <exception cref="UsageException">A value is none that its option takes, or a required option is missing.</exception>
    public static StudyPlan Of(StudyFile study, string output)
    {
        var folder = study.Benchmark ?? Path.Combine(output, "benchmark");
        var build = study.Benchmark is null ? Read<BuildBenchmarkOptions>(new BuildBenchmarkCommand(), study.Build.Layer, Given("output", folder), Given("force", "true")) : null;
        var runs = study.Runs
            .Select(run => new StudyRun(run.Name, Read<EvaluateModelOptions>(
                new EvaluateModelCommand(),
                run.Options.Layer,
                study.Evaluate.Layer,
                Given("benchmark", folder),
                Given("output", Path.Combine(output, "runs", run.Name)))))
            .Concat(study.Variants.Select(variant => Variant(study, variant, folder, output)))
            .ToArray();
        var folders = Given("RUN", [.. runs.Select(static run => run.Options.Output)]);
        return new StudyPlan(
            output,
            File.Exists(Path.Combine(folder, BenchmarkFolder.ManifestName)) ? null : build,
            new VerifyBenchmarkOptions { Folder = folder, Sources = build?.Sources ?? new BenchmarkSources() },
            runs,
            Read<CompareOptions>(new CompareCommand(), study.Compare.Layer, folders),
            Read<ReportOptions>(new ReportCommand(), study.Report.Layer, folders, Given("training", [.. runs.Where(static run => run.Training is not null).Select(static run => run.Training!.Train.Output)]), Given("output", Path.Combine(output, "report.html"))),
            study.Ablation);
    }

    private static IEnumerable<string> CommandLinesOf(StudyRun run) =>
    [
        .. run.Training?.Build is { } build ? (string[])[new BuildTrainingSetCommand().Schema.CommandLineOf(build)] : [],
        .. run.Training is { } training ? (string[])[new TrainModelCommand().Schema.CommandLineOf(training.Train)] : [],
        new EvaluateModelCommand().Schema.CommandLineOf(run.Options),
    ];

    private static StudyRun Variant(StudyFile study, StudyVariant variant, string benchmark, string output)
    {
        var models = Path.Combine(output, "models");
        var trainedAs = variant.TrainedAs ?? variant.Name;
        var evaluate = Read<EvaluateModelOptions>(
            new EvaluateModelCommand(), variant.Evaluate.Layer, study.Evaluate.Layer,
            Given("benchmark", benchmark), Given("output", Path.Combine(output, "runs", variant.Name)), Given("model", Path.Combine(models, trainedAs)), Given("model-name", variant.Name));
        if (evaluate.PriorActions.StartsWith(OtherRun, StringComparison.Ordinal))
        {
            evaluate = evaluate with { PriorActions = Path.Combine(output, "runs", evaluate.PriorActions[OtherRun.Length..]) };
        }

        if (variant.TrainedAs is not null)
        {
            return new StudyRun(variant.Name, evaluate, TrainedAs: trainedAs);
        }

        var set = Path.Combine(output, "training", variant.Name);
        var hasOwnRows = variant.Train.ContainsKey("data");
        var build = hasOwnRows ? null : Read<BuildTrainingSetOptions>(
            new BuildTrainingSetCommand(), variant.Build.Layer, study.BuildTraining.Layer, Given("output", set), Given("force", "true"));
        var train = Read<TrainModelOptions>(
            new TrainModelCommand(), variant.Train.Layer, study.Train.Layer,
            Given("data", Path.Combine(set, TrainingSetBuilder.MixtureName)), Given("output", Path.Combine(models, variant.Name)));
        return new StudyRun(variant.Name, evaluate, new StudyTraining(build, train), trainedAs);
    }

    private static TOptions Read<TOptions>(ToolCommand<TOptions> command, params OptionLayer[] layers)
        where TOptions : class => (TOptions)command.Schema.Read(layers);

    private static OptionLayer Given(string name, params string[] values) => field => field.Name == name && values.Length > 0 ? new OptionValue(values) : null;
}
