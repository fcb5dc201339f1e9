using System.Security.Cryptography;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Building;

/// <summary>The files of a recipe, read: what a build needs, and what the manifest says of its sources.</summary>
public sealed class BenchmarkInputs : IDisposable
{
    private const int IdsNamedInErrors = 10;

    private BenchmarkInputs(BenchmarkRecipe recipe, AnnotationFile annotations) => (Recipe, Annotations) = (recipe, annotations);

    /// <summary>The recipe that was read.</summary>
    public BenchmarkRecipe Recipe { get; }

    /// <summary>The file of the clips that may be asked about.</summary>
    public AnnotationFile Annotations { get; }

    /// <summary>The class files; null where there are none and none are needed.</summary>
    public required ActionTaxonomy? Taxonomy { get; init; }

    /// <summary>Where distractors come from.</summary>
    public required AnnotationPool Pool { get; init; }

    /// <summary>The rows to ask about, in annotation order.</summary>
    public required IReadOnlyList<ClipAnnotation> Clips { get; init; }

    /// <summary>The strategies with their dumps.</summary>
    public required IReadOnlyList<StrategySource> Strategies { get; init; }

    /// <summary>Name, hash and size of every file read.</summary>
    public required IReadOnlyList<SourceFile> Sources { get; init; }

    /// <summary>Reads every file of a recipe; independent files are read side by side, and hashed meanwhile.</summary>
    /// <exception cref="InputException">A file is missing, malformed, or disagrees with another.</exception>
    public static BenchmarkInputs Load(BenchmarkRecipe recipe)
    {
        recipe.Settings.Validate();
        RequireOneSelection(recipe);
        var taxonomy = ActionTaxonomy.Find(recipe.Annotations, recipe.VerbClasses, recipe.NounClasses);
        string[] paths = [recipe.Annotations, .. recipe.Narrations];
        var hashes = Array.ConvertAll(paths, StartHash);
        var files = ParallelMap.Map(paths, path => EpicCsvReader.Read(path, taxonomy));
        var dumpHashes = recipe.Strategies.Where(static strategy => strategy.DumpPath is not null)
            .ToDictionary(static strategy => strategy.Name, static strategy => StartHash(strategy.DumpPath!), StringComparer.Ordinal);

        var pool = AnnotationPool.Unite(files);
        var ids = recipe.Ids is null ? null : IdFile.Read(recipe.Ids);
        var clips = Select(recipe, files[0], ids);
        var request = new PredictionRequest
        {
            Annotations = files[0],
            Pool = pool,
            Ids = clips.Count == files[0].Clips.Count ? null : [.. clips.Select(static clip => clip.NarrationId)],
            Classes = recipe.Classes is null ? null : ClassOrder.Read(recipe.Classes),
        };
        var strategies = ParallelMap.Map(recipe.Strategies, strategy => strategy.DumpPath is null
            ? strategy
            : strategy with { Dump = PredictionDumpReader.Read(strategy.DumpPath, request) });
        strategies = [.. strategies.Select(strategy => dumpHashes.TryGetValue(strategy.Name, out var hash) ? Described(strategy, hash.GetAwaiter().GetResult()) : strategy)];

        List<SourceFile> sources =
        [
            .. paths.Select((path, i) => Describe(i == 0 ? "annotations" : "narrations", path, hashes[i], files[i].Clips.Count)),
            .. strategies.Where(static strategy => strategy.Dump is not null).Select(strategy =>
                Describe($"dump:{strategy.Name}", strategy.Dump!.Path, dumpHashes[strategy.Name], strategy.Dump.Rankings.Count)),
        ];
        AddOptional("verb-classes", taxonomy?.Verbs.Path, taxonomy?.Verbs.Classes.Count);
        AddOptional("noun-classes", taxonomy?.Nouns.Path, taxonomy?.Nouns.Classes.Count);
        AddOptional("classes", recipe.Classes, request.Classes?.Classes.Count);
        AddOptional("ids", recipe.Ids, ids?.Count);
        return new BenchmarkInputs(recipe, files[0]) { Taxonomy = taxonomy, Pool = pool, Clips = clips, Strategies = strategies, Sources = sources };

        void AddOptional(string role, string? path, int? rows)
        {
            if (path is not null)
            {
                sources.Add(Describe(role, path, StartHash(path), rows.GetValueOrDefault()));
            }
        }
    }

    /// <summary>Builds the sets.</summary>
    /// <exception cref="InputException">A dump lacks a row or has too few candidates, or a class has no text.</exception>
    public BuiltBenchmark Build() => Build(Recipe.Settings);

    /// <summary>Builds the sets with other settings than the recipe's.</summary>
    /// <exception cref="InputException">A dump lacks a row or has too few candidates, or a class has no text.</exception>
    public BuiltBenchmark Build(BenchmarkSettings settings) => BenchmarkBuilder.Build(
        Clips,
        Pool.UnorderedClips,
        Taxonomy is null ? null : actionClass => OfficialKey.Of(actionClass, Taxonomy),
        Strategies,
        settings);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var strategy in Strategies)
        {
            strategy.Dump?.Dispose();
        }
    }

    // The entry of a source file; waits for its hash.
    internal static SourceFile Describe(string role, string path, Task<string> hash, int rows) =>
        new(role, Path.GetFileName(path), hash.GetAwaiter().GetResult(), rows);

    internal static Task<string> StartHash(string path) => Task.Run(() =>
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({error.Message}).", error);
        }
    });

    // The strategy with the provenance that stands beside its dump, where the dump was written by this tool.
    private static StrategySource Described(StrategySource strategy, string sha256)
    {
        if (DumpDescription.Find(strategy.DumpPath!, sha256) is not { } description
            || !SettingNames.TryParse<Provenance>(description.Provenance, out var provenance) || provenance == strategy.Provenance)
        {
            return strategy;
        }

        return strategy.Provenance == Provenance.Unstated
            ? strategy with { Provenance = provenance }
            : throw new InputException(
                $"--provenance {strategy.Name}={SettingNames.Of(strategy.Provenance)}: {DumpDescription.PathOf(strategy.DumpPath!)} says that the dump is {description.Provenance}. Leave the option out.");
    }

    private static void RequireOneSelection(BenchmarkRecipe recipe)
    {
        if (recipe is { Limit: not null, Ids: not null })
        {
            throw new InputException("--limit and --ids are both given; expected at most one way to choose rows.");
        }

        if (recipe.Limit < 1)
        {
            throw new InputException($"--limit {recipe.Limit}: expected at least 1.");
        }
    }

    private static IReadOnlyList<ClipAnnotation> Select(BenchmarkRecipe recipe, AnnotationFile annotations, IReadOnlySet<string>? ids)
    {
        if (ids is null)
        {
            return recipe.Limit is { } limit ? [.. annotations.Clips.Take(limit)] : annotations.Clips;
        }

        var unknown = ids.Except(annotations.Clips.Select(static clip => clip.NarrationId), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (unknown.Length > 0)
        {
            var rest = unknown.Length > IdsNamedInErrors ? $" and {unknown.Length - IdsNamedInErrors} more" : "";
            throw new InputException(
                $"{recipe.Ids}: {unknown.Length} of {ids.Count} ids are not in {annotations.Path}: "
                + $"{string.Join(", ", unknown.Take(IdsNamedInErrors))}{rest}.");
        }

        return [.. annotations.Clips.Where(clip => ids.Contains(clip.NarrationId))];
    }
}
