using LLaVAction.Benchmarks;
using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Studies;

/// <summary>The steps of a study, each a command that could be typed as it stands.</summary>
/// <param name="Output">Folder of everything the study makes.</param>
/// <param name="Build">Builds the benchmark; null where it exists.</param>
/// <param name="Verify">Proves it, against its sources where they are known.</param>
/// <param name="Evaluations">One per run; each goes on where it stopped.</param>
/// <param name="Compare">Compares the runs.</param>
/// <param name="Report">Writes the report.</param>
internal sealed record StudyPlan(
    string Output,
    CommandStep? Build,
    CommandStep Verify,
    IReadOnlyList<CommandStep> Evaluations,
    CommandStep Compare,
    CommandStep Report)
{
    // What a rebuild reads from the benchmark's own manifest.
    private static readonly string[] ReadFromManifest = ["provenance", "options", "representation", "ambiguous", "protocol", "seed", "limit"];

    /// <summary>The report's file name.</summary>
    public const string ReportName = "report.html";

    /// <summary>All steps in order.</summary>
    public IEnumerable<CommandStep> Steps => [.. Build is null ? [] : (CommandStep[])[Build], Verify, .. Evaluations, Compare, Report];

    /// <summary>Plans a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="output">Folder of everything it makes.</param>
    public static StudyPlan Of(StudyFile study, string output)
    {
        var benchmark = study.Benchmark ?? Path.Combine(output, "benchmark");
        var isBuilt = study.Benchmark is not null || File.Exists(Path.Combine(benchmark, BenchmarkFolder.ManifestName));
        var sources = new StudySection();
        foreach (var (name, values) in study.Build.Where(static pair => !ReadFromManifest.Contains(pair.Key, StringComparer.Ordinal)))
        {
            sources[name] = values;
        }

        var runs = study.Runs.Select(run => (Folder: Path.Combine(output, "runs", run.Name), run.Options)).ToArray();
        var folders = runs.Select(static run => run.Folder).ToArray();
        return new StudyPlan(
            output,
            isBuilt ? null : new CommandStep(["build-benchmark", .. study.Build.ToArguments(), $"--output={benchmark}", "--force"]),
            new CommandStep(["verify-benchmark", benchmark, .. sources.ToArguments()]),
            [
                .. runs.Select(run => new CommandStep(
                    ["evaluate-model", $"--benchmark={benchmark}", .. study.Evaluate.OverriddenBy(run.Options).ToArguments(), $"--output={run.Folder}"])),
            ],
            new CommandStep(["compare", .. folders, .. study.Compare.ToArguments()]),
            new CommandStep(["report", .. folders, .. study.Report.ToArguments(), $"--output={Path.Combine(output, ReportName)}"]));
    }
}
