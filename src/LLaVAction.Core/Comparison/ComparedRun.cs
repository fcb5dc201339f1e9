using LLaVAction.Benchmarks;
using LLaVAction.Runs;

namespace LLaVAction.Comparison;

/// <summary>A run with its results, as comparisons read it.</summary>
/// <param name="Label">Name to show: the model's, with the run folder's name where two runs share it.</param>
/// <param name="Path">The run's folder.</param>
/// <param name="Record">What <c>run.json</c> says.</param>
/// <param name="Results">Its merged results.</param>
/// <param name="Manifest">The benchmark's manifest.</param>
public sealed record ComparedRun(string Label, string Path, RunRecord Record, RunResults Results, BenchmarkManifest Manifest)
{
    private readonly Lazy<RunSummary> _summary = new(() => SummaryBuilder.Build(Results));

    /// <summary>Everything a number of the run depends on.</summary>
    public RunIdentity Identity => Results.Identity;

    /// <summary>The summary of its results, computed once.</summary>
    public RunSummary Summary => _summary.Value;

    /// <summary>Opens runs, in the order given.</summary>
    /// <exception cref="InputException">A folder is no run, is damaged, or is named twice.</exception>
    public static IReadOnlyList<ComparedRun> Open(IReadOnlyList<string> paths)
    {
        var fullPaths = paths.Select(static path => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path))).ToArray();
        var repeated = Array.FindIndex(fullPaths, path => fullPaths.Count(other => other == path) > 1);
        if (repeated >= 0)
        {
            throw new InputException($"{paths[repeated]} is named twice. Name each run once.");
        }

        var folders = paths.Select(RunFolder.Open).ToArray();
        var models = folders.Select(static folder => folder.Record.Identity.Model.Name).ToArray();
        return
        [
            .. folders.Select((folder, index) => new ComparedRun(
                models.Count(name => name == models[index]) == 1
                    ? models[index]
                    : $"{models[index]} ({System.IO.Path.GetFileName(fullPaths[index])})",
                paths[index],
                folder.Record,
                folder.ReadResults(),
                folder.ReadManifest())),
        ];
    }
}
