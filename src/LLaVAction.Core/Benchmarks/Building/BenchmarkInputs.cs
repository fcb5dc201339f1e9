using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Building;

/// <summary>The files of a recipe, read: what a build needs, and what the manifest says of its sources.</summary>
public sealed class BenchmarkInputs : IDisposable
{
    private const int IdsNamedInErrors = 10;

    private BenchmarkInputs(
        BenchmarkRecipe recipe,
        ActionTaxonomy? taxonomy,
        AnnotationPool pool,
        IReadOnlyList<ClipAnnotation> clips,
        IReadOnlyList<StrategySource> strategies,
        IReadOnlyList<SourceFile> sources)
    {
        Recipe = recipe;
        Taxonomy = taxonomy;
        Pool = pool;
        Clips = clips;
        Strategies = strategies;
        Sources = sources;
    }

    /// <summary>The recipe that was read.</summary>
    public BenchmarkRecipe Recipe { get; }

    /// <summary>The class files; null where there are none and none are needed.</summary>
    public ActionTaxonomy? Taxonomy { get; }

    /// <summary>Where distractors come from.</summary>
    public AnnotationPool Pool { get; }

    /// <summary>The rows to ask about, in annotation order.</summary>
    public IReadOnlyList<ClipAnnotation> Clips { get; }

    /// <summary>The strategies with their dumps.</summary>
    public IReadOnlyList<StrategySource> Strategies { get; }

    /// <summary>Name, hash and size of every file read.</summary>
    public IReadOnlyList<SourceFile> Sources { get; }

    /// <summary>Reads every file of a recipe; independent files are read side by side.</summary>
    /// <exception cref="InputException">A file is missing, malformed, or disagrees with another.</exception>
    public static BenchmarkInputs Load(BenchmarkRecipe recipe)
    {
        recipe.Settings.Validate();
        RequireOneSelection(recipe);
        var hashes = new FileHashes();
        var taxonomy = ActionTaxonomy.Find(recipe.Annotations, recipe.VerbClasses, recipe.NounClasses);
        hashes.Add("annotations", recipe.Annotations);
        foreach (var path in recipe.Narrations)
        {
            hashes.Add("narrations", path);
        }

        var files = ParallelMap.Map([recipe.Annotations, .. recipe.Narrations], path => EpicCsvReader.Read(path, taxonomy));
        foreach (var strategy in recipe.Strategies.Where(static strategy => strategy.DumpPath is not null))
        {
            hashes.Add("dump:" + strategy.Name, strategy.DumpPath!);
        }

        var pool = AnnotationPool.Unite(files);
        var clips = Select(recipe, files[0], out var ids);
        var request = new PredictionRequest
        {
            Annotations = files[0],
            Pool = pool,
            Ids = clips.Count == files[0].Clips.Count ? null : [.. clips.Select(static clip => clip.NarrationId)],
            Classes = recipe.Classes is null ? null : ClassOrder.Read(recipe.Classes),
        };
        var strategies = ParallelMap.Map(recipe.Strategies, strategy => new StrategySource(
            strategy.Name,
            strategy.DumpPath is null ? null : PredictionDumpReader.Read(strategy.DumpPath, request),
            strategy.Provenance));

        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < files.Length; i++)
        {
            rows[files[i].Path] = files[i].Clips.Count;
        }

        var sources = new List<SourceFile>(hashes.Finish((role, path) => role.StartsWith("dump:", StringComparison.Ordinal)
            ? strategies.First(strategy => role["dump:".Length..] == strategy.Name).Dump!.Rankings.Count
            : rows[path]));
        AddOptional(sources, recipe, taxonomy, request.Classes, ids);
        return new BenchmarkInputs(recipe, taxonomy, pool, clips, strategies, sources);
    }

    /// <summary>Builds the sets.</summary>
    /// <exception cref="InputException">A dump lacks a row or has too few candidates, or a class has no text.</exception>
    public BuiltBenchmark Build() => BenchmarkBuilder.Build(
        Clips,
        Pool.UnorderedClips,
        Taxonomy is null ? null : actionClass => OfficialKey.Of(actionClass, Taxonomy),
        Strategies,
        Recipe.Settings);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var strategy in Strategies)
        {
            strategy.Dump?.Dispose();
        }
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

    private static IReadOnlyList<ClipAnnotation> Select(BenchmarkRecipe recipe, AnnotationFile annotations, out IReadOnlySet<string>? ids)
    {
        ids = recipe.Ids is null ? null : IdFile.Read(recipe.Ids);
        if (ids is null)
        {
            return recipe.Limit is { } limit ? [.. annotations.Clips.Take(limit)] : annotations.Clips;
        }

        var wanted = ids;
        var unknown = wanted.Except(annotations.Clips.Select(static clip => clip.NarrationId), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (unknown.Length > 0)
        {
            var rest = unknown.Length > IdsNamedInErrors ? $" and {unknown.Length - IdsNamedInErrors} more" : "";
            throw new InputException(
                $"{recipe.Ids}: {unknown.Length} of {wanted.Count} ids are not in {annotations.Path}: "
                + $"{string.Join(", ", unknown.Take(IdsNamedInErrors))}{rest}.");
        }

        return [.. annotations.Clips.Where(clip => wanted.Contains(clip.NarrationId))];
    }

    private static void AddOptional(
        List<SourceFile> sources, BenchmarkRecipe recipe, ActionTaxonomy? taxonomy, ClassOrder? classes, IReadOnlySet<string>? ids)
    {
        if (taxonomy is not null)
        {
            sources.Add(FileHashes.Describe("verb-classes", taxonomy.Verbs.Path, taxonomy.Verbs.Classes.Count));
            sources.Add(FileHashes.Describe("noun-classes", taxonomy.Nouns.Path, taxonomy.Nouns.Classes.Count));
        }

        if (classes is not null)
        {
            sources.Add(FileHashes.Describe("classes", recipe.Classes!, classes.Classes.Count));
        }

        if (ids is not null)
        {
            sources.Add(FileHashes.Describe("ids", recipe.Ids!, ids.Count));
        }
    }
}
