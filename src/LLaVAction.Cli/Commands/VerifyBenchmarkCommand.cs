using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Audit;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Cli.Options;
using LLaVAction.Cli.Output;
using LLaVAction.Tables;
using LLaVAction.Training;

namespace LLaVAction.Cli.Commands;

/// <summary>The options of <c>verify-benchmark</c>.</summary>
internal sealed record VerifyBenchmarkOptions
{
    [Argument("DIR", "Folder of the benchmark.")]
    public required string Folder { get; init; }

    [OptionGroup]
    public BenchmarkSources Sources { get; init; } = new();

    [Option("--format", "How violations are printed.")]
    public ResultFormat Format { get; init; }
}

/// <summary><c>verify-benchmark</c>: proves that a folder holds what its manifest says, and that it is a correct benchmark.</summary>
internal sealed class VerifyBenchmarkCommand()
    : ToolCommand<VerifyBenchmarkOptions>("verify-benchmark", "Check the hashes and invariants of a benchmark or training set; given its sources, rebuild it and compare byte for byte.")
{
    public override IReadOnlyList<CommandExample> Examples =>
    [
        new("Check a benchmark by itself", "llavaction verify-benchmark mqa"),
        new(
            "Rebuild it from its sources and compare; seed and settings come from its manifest",
            "llavaction verify-benchmark mqa --annotations EPIC_100_validation.csv --narrations EPIC_100_train.csv "
            + "--strategy random --strategy avion=avion.pkl --strategy tim=tim.json"),
    ];

    public override Task<int> RunAsync(VerifyBenchmarkOptions options, CommandContext context)
    {
        var rebuilds = options.Sources.AreGiven();
        if (TrainingFolder.Find(options.Folder) is { } training)
        {
            return Task.FromResult(VerifyTraining(training, options, context.Results));
        }

        var benchmark = BenchmarkFolder.Open(options.Folder);
        var report = BenchmarkVerifier.Verify(benchmark);
        if (rebuilds)
        {
            Rebuild(options.Sources, benchmark, report);
        }

        Write(report, options.Format, context.Results, report.IsCorrect
            ? $"{benchmark.Path}: correct; {benchmark.Manifest.Sets.Sum(static set => set.Questions)} questions in {benchmark.Manifest.Sets.Count} sets"
              + $"{(rebuilds ? ", equal to the rebuilt benchmark" : "")}; manifest SHA-256 {benchmark.ManifestSha256}"
            : $"{benchmark.Path}: NOT correct; {report.Counts.Values.Sum()} violations");
        return Task.FromResult(report.IsCorrect ? ExitCode.Done : ExitCode.CheckFailed);
    }

    private static int VerifyTraining(TrainingFolder training, VerifyBenchmarkOptions options, ResultWriter results)
    {
        var manifest = training.Manifest;
        var report = TrainingVerifier.Verify(training);
        var rebuilds = options.Sources.AreGiven();
        if (rebuilds)
        {
            var teachers = manifest.Files.Where(static file => file.Teacher is { Provenance: not Provenance.Unstated }).DistinctBy(static file => file.Strategy, StringComparer.Ordinal)
                .Select(static file => $"{file.Strategy}={SettingNames.Of(file.Teacher!.Provenance)}");
            if (manifest.Sources.Any(static source => source.Role is "included" or "validation" || source.Role.StartsWith("folds:", StringComparison.Ordinal)))
            {
                throw new InputException($"{training.Path} was built with --folds, --validation or --include, which this command does not take; build it again with them into another folder and compare the manifests.");
            }

            var (rebuilt, files) = TrainingSetBuilder.Build(
                new TrainingRecipe { Sources = options.Sources.ToRecipe(teachers, manifest.Limit, new BenchmarkSettings()), Settings = manifest.Settings }, manifest.ToolVersion);
            RebuildComparison.CompareSources(manifest.Sources, rebuilt.Sources, report);
            RebuildComparison.CompareFiles(training.Path, files, report);
        }

        Write(report, options.Format, results, report.IsCorrect
            ? $"{training.Path}: correct; {manifest.Files.Sum(static file => file.Rows)} rows in {manifest.Files.Count} files{(rebuilds ? ", equal to the rebuilt training set" : "")}"
            : $"{training.Path}: NOT correct; {report.Counts.Values.Sum()} violations");
        return report.IsCorrect ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static void Rebuild(BenchmarkSources sources, BenchmarkFolder benchmark, VerificationReport report)
    {
        var manifest = benchmark.Manifest;
        RequireSameShape(sources, benchmark);
        var provenances = manifest.Sets
            .Where(static set => set.Provenance != Provenance.Unstated)
            .Select(static set => $"{set.Strategy}={SettingNames.Of(set.Provenance)}");
        using var inputs = BenchmarkInputs.Load(sources.ToRecipe(provenances, manifest.Limit, new BenchmarkSettings
        {
            Seed = manifest.Seed,
            OptionsPerQuestion = manifest.OptionsPerQuestion,
            Representation = manifest.Representation,
            Protocol = manifest.Protocol,
            Ambiguous = manifest.Ambiguous,
            IsSynthetic = manifest.IsSynthetic,
        }));
        RebuildComparison.CompareSources(manifest.Sources, inputs.Sources, report);
        if (manifest.ToolVersion != ToolVersion.Current)
        {
            report.Note($"built by version {manifest.ToolVersion}, rebuilt by version {ToolVersion.Current}");
        }

        RebuildComparison.CompareFiles(
            benchmark.Path,
            BenchmarkRenderer.Render(inputs.Build(), inputs.Sources, manifest.Limit, manifest.ToolVersion).Files,
            report);
    }

    private static void RequireSameShape(BenchmarkSources sources, BenchmarkFolder benchmark)
    {
        var given = string.Join(", ", StrategySource.Parse(sources.Strategies, []).Select(static strategy => strategy.Name));
        var built = string.Join(", ", benchmark.Manifest.Sets.Select(static set => set.Strategy));
        if (given != built)
        {
            throw new InputException($"--strategy: {given} given, but {benchmark.Path} has the sets {built}; give a --strategy for each set.");
        }

        var wasChosenByIds = benchmark.Manifest.Sources.Any(static source => source.Role == "ids");
        if (wasChosenByIds != sources.Ids is not null)
        {
            throw new InputException(wasChosenByIds
                ? $"{benchmark.Path} was built with --ids; give that file as well."
                : $"{benchmark.Path} was built without --ids; leave the option out.");
        }
    }

    private static void Write(VerificationReport report, ResultFormat format, ResultWriter results, string verdict)
    {
        if (format != ResultFormat.Table)
        {
            results.Write(Violations(report), format);
            return;
        }

        foreach (var note in report.Notes)
        {
            results.WriteLine(note);
        }

        foreach (var violation in report.Violations)
        {
            results.WriteLine($"VIOLATION {violation}");
        }

        foreach (var ((file, invariant), count) in report.Counts.Where(static pair => pair.Value > VerificationReport.KeptPerInvariant))
        {
            results.WriteLine($"{file}: {invariant}: {count} violations; the first {VerificationReport.KeptPerInvariant} are shown");
        }

        results.WriteLine(verdict);
    }

    // One row for each kind of violation; none for a correct benchmark.
    private static Table Violations(VerificationReport report)
    {
        var table = new Table(
            new TableColumn("file", "File"), new TableColumn("invariant", "Invariant"), TableColumn.Number("violations", "Violations"), new TableColumn("first", "First"));
        foreach (var ((file, invariant), count) in report.Counts)
        {
            table.Add(file, invariant, count, report.Violations.FirstOrDefault(violation => violation.File == file && violation.Invariant == invariant)?.ToString());
        }

        return table;
    }
}
