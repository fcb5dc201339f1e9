using LLaVAction.Benchmarks;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;

namespace LLaVAction.Cli.Commands;

/// <summary>One run of a study.</summary>
/// <param name="Name">Its name in the study.</param>
/// <param name="Options">Its evaluation.</param>
internal sealed record StudyRun(string Name, EvaluateModelOptions Options);

/// <summary>The steps of a study, as options of the commands that do them.</summary>
/// <param name="Output">Folder of everything the study makes.</param>
/// <param name="Build">Builds the benchmark; null where it exists.</param>
/// <param name="Verify">Proves it, against its sources where they are known.</param>
/// <param name="Runs">The evaluations; each continues where it stopped.</param>
/// <param name="Compare">Compares the runs.</param>
/// <param name="Report">Writes the report.</param>
internal sealed record StudyPlan(
    string Output,
    BuildBenchmarkOptions? Build,
    VerifyBenchmarkOptions Verify,
    IReadOnlyList<StudyRun> Runs,
    CompareOptions Compare,
    ReportOptions Report)
{
    public IEnumerable<string> CommandLines =>
    [
        .. Build is null ? [] : (string[])[new BuildBenchmarkCommand().Schema.CommandLineOf(Build)],
        new VerifyBenchmarkCommand().Schema.CommandLineOf(Verify),
        .. Runs.Select(static run => new EvaluateModelCommand().Schema.CommandLineOf(run.Options)),
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
            .ToArray();
        var folders = Given("RUN", [.. runs.Select(static run => run.Options.Output)]);
        return new StudyPlan(
            output,
            File.Exists(Path.Combine(folder, BenchmarkFolder.ManifestName)) ? null : build,
            new VerifyBenchmarkOptions { Folder = folder, Sources = build?.Sources ?? new BenchmarkSources() },
            runs,
            Read<CompareOptions>(new CompareCommand(), study.Compare.Layer, folders),
            Read<ReportOptions>(new ReportCommand(), study.Report.Layer, folders, Given("output", Path.Combine(output, "report.html"))));
    }

    private static TOptions Read<TOptions>(ToolCommand<TOptions> command, params OptionLayer[] layers)
        where TOptions : class => (TOptions)command.Schema.Read(layers);

    private static OptionLayer Given(string name, params string[] values) => field => field.Name == name ? new OptionValue(values) : null;
}
