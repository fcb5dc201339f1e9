using System.CommandLine;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Hosting;

namespace LLaVAction.Cli.Commands;

/// <summary><c>verify-benchmark</c>: proves that a folder holds what its manifest says, and that it is a correct benchmark.</summary>
internal sealed class VerifyBenchmarkCommand : CommandModule
{
    private readonly Argument<string> _folder;
    private readonly BenchmarkSourceOptions _sources;

    /// <summary>Declares the command.</summary>
    public VerifyBenchmarkCommand()
        : base("verify-benchmark", "Checks hashes and invariants of a built benchmark; given its sources, rebuilds it and compares byte for byte.")
    {
        _folder = Add(new Argument<string>("DIR") { Description = "The benchmark's folder." });
        _sources = new BenchmarkSourceOptions(Command, areRequired: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Check a benchmark by itself", "llavaction verify-benchmark mqa"),
        new(
            "Rebuild it from its sources and compare; seed and settings come from its manifest",
            "llavaction verify-benchmark mqa --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv "
            + "--strategy random --strategy avion=avion.pkl --strategy tim=tim.json"),
    ];

    /// <inheritdoc/>
    public override Task<int> RunAsync(CommandContext context)
    {
        var rebuilds = _sources.AreGiven(context);
        var benchmark = BenchmarkFolder.Open(context.Get(_folder));
        var report = BenchmarkVerifier.Verify(benchmark);
        if (rebuilds)
        {
            Rebuild(context, benchmark, report);
        }

        Write(benchmark, report, rebuilds, context.Output);
        return Task.FromResult(report.IsCorrect ? ExitCode.Done : ExitCode.CheckFailed);
    }

    private void Rebuild(CommandContext context, BenchmarkFolder benchmark, VerificationReport report)
    {
        var manifest = benchmark.Manifest;
        var provenances = manifest.Sets
            .Where(static set => set.Provenance != Provenance.Unstated)
            .Select(static set => $"{set.Strategy}={SettingNames.Of(set.Provenance)}");
        var recipe = _sources.Read(context, [], manifest.Limit, new BenchmarkSettings
        {
            Seed = manifest.Seed,
            OptionsPerQuestion = manifest.OptionsPerQuestion,
            Representation = manifest.Representation,
            Protocol = manifest.Protocol,
            Ambiguous = manifest.Ambiguous,
        });
        RequireSameShape(recipe, benchmark);
        recipe = _sources.Read(context, provenances, recipe.Limit, recipe.Settings);
        using var inputs = BenchmarkInputs.Load(recipe);
        RebuildComparison.CompareSources(manifest, inputs.Sources, report);
        if (manifest.ToolVersion != ToolVersion.Current)
        {
            report.Note($"built by version {manifest.ToolVersion}, rebuilt by version {ToolVersion.Current}");
        }

        RebuildComparison.CompareFiles(
            benchmark,
            BenchmarkRenderer.Render(inputs.Build(), inputs.Sources, manifest.Limit, manifest.ToolVersion).Files,
            report);
    }

    private static void RequireSameShape(BenchmarkRecipe recipe, BenchmarkFolder benchmark)
    {
        var given = string.Join(", ", recipe.Strategies.Select(static strategy => strategy.Name));
        var built = string.Join(", ", benchmark.Manifest.Sets.Select(static set => set.Strategy));
        if (given != built)
        {
            throw new InputException($"--strategy: {given} given, but {benchmark.Path} has the sets {built}; give a --strategy for each set.");
        }

        var wasChosenByIds = benchmark.Manifest.Sources.Any(static source => source.Role == "ids");
        if (wasChosenByIds != recipe.Ids is not null)
        {
            throw new InputException(wasChosenByIds
                ? $"{benchmark.Path} was built with --ids; give that file as well."
                : $"{benchmark.Path} was built without --ids; leave the option out.");
        }
    }

    private static void Write(BenchmarkFolder benchmark, VerificationReport report, bool wasRebuilt, TextWriter writer)
    {
        foreach (var note in report.Notes)
        {
            writer.WriteLine(note);
        }

        foreach (var violation in report.Violations)
        {
            writer.WriteLine($"VIOLATION {violation}");
        }

        foreach (var ((file, invariant), count) in report.Counts)
        {
            if (count > VerificationReport.KeptPerInvariant)
            {
                writer.WriteLine($"{file}: {invariant}: {count} violations, the first {VerificationReport.KeptPerInvariant} are shown");
            }
        }

        writer.WriteLine(report.IsCorrect
            ? $"{benchmark.Path}: correct; {benchmark.Manifest.Sets.Sum(static set => set.Questions)} questions in {benchmark.Manifest.Sets.Count} sets"
              + $"{(wasRebuilt ? ", equal to the rebuilt benchmark" : string.Empty)}; manifest SHA-256 {benchmark.ManifestSha256}"
            : $"{benchmark.Path}: NOT correct; {report.Counts.Values.Sum()} violations");
    }
}
