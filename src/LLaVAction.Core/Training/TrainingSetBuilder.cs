using System.Security.Cryptography;
using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Epic;
using LLaVAction.Prompts;
using LLaVAction.Recognizers;

namespace LLaVAction.Training;

/// <summary>What a training set is made from.</summary>
public sealed record TrainingRecipe
{
    /// <summary>Annotations, class files and train dumps; its settings are taken from <see cref="Settings"/>.</summary>
    public required BenchmarkRecipe Sources { get; init; }

    /// <summary>How the rows are made.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>Teacher → the CSV of its folds, where its dump was cross-fitted.</summary>
    public IReadOnlyDictionary<string, string> Folds { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The annotations that the validation dumps are for; null where none are given.</summary>
    public string? ValidationAnnotations { get; init; }

    /// <summary>Teacher → its dump over the validation split.</summary>
    public IReadOnlyDictionary<string, string> ValidationDumps { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further files of rows for the mixture: replay data as published, a teacher's captions.</summary>
    public IReadOnlyList<MixtureEntry> Included { get; init; } = [];
}

/// <summary>Builds instruction-tuning data from annotations and recognisers' predictions.</summary>
public static class TrainingSetBuilder
{
    /// <summary>Name of the mixture in a set's folder.</summary>
    public const string MixtureName = "mixture.yaml";

    /// <summary>A top-1 this much above the validation dump's means that the dump was trained on these clips.</summary>
    public const double InSampleMargin = 0.10;

    /// <summary>Builds every file of a set: rows, mixture and, last, the manifest.</summary>
    /// <exception cref="InputException">A source is missing, malformed, or disagrees with another.</exception>
    public static (TrainingManifest Manifest, IReadOnlyList<RenderedFile> Files) Build(TrainingRecipe recipe, string toolVersion)
    {
        var settings = recipe.Settings;
        Validate(recipe);
        using var inputs = BenchmarkInputs.Load(recipe.Sources with { Settings = SettingsOf(settings, settings.Representations[0]) });
        var teachers = inputs.Strategies.Where(static strategy => strategy.Dump is not null)
            .ToDictionary(static strategy => strategy.Name, strategy => Describe(strategy, recipe, inputs), StringComparer.Ordinal);
        var priors = PriorActionLookup.Build(inputs.Annotations.Clips.Select(static clip => new ClipInterval(clip.NarrationId, clip.VideoId, clip.StartSeconds, clip.StopSeconds)));
        var rows = new TrainingRows(inputs.Pool.Classes, settings.DatasetName);
        var files = new List<(RenderedFile File, TrainingFileEntry Entry)>();
        foreach (var representation in settings.Tasks.Contains(TrainingTask.MultipleChoice) ? settings.Representations : [])
        {
            foreach (var set in inputs.Build(SettingsOf(settings, representation)).Sets)
            {
                files.Add(MultipleChoice(set, representation, recipe, inputs, rows, priors, teachers.GetValueOrDefault(set.Source.Name)));
            }
        }

        if (settings.Tasks.Contains(TrainingTask.TemporalDetection))
        {
            files.Add(Render("temporal-detection", TrainingTask.TemporalDetection, QuestionTypes.TemporalDetection, [.. inputs.Clips.Select(clip =>
                rows.TemporalDetection(clip, new KeyedRandom(settings.Seed, clip.NarrationId, "temporal-padding").NextDouble() * settings.DeltaSeconds, settings.DeltaSeconds))]));
        }

        if (settings.Tasks.Contains(TrainingTask.Direct))
        {
            files.Add(Render("direct", TrainingTask.Direct, QuestionTypes.Direct, [.. inputs.Clips.Select(rows.Direct)]));
        }

        files.Sort(static (left, right) => string.CompareOrdinal(left.File.Name, right.File.Name));
        var manifest = new TrainingManifest
        {
            Kind = TrainingManifest.KindName,
            SchemaVersion = TrainingManifest.CurrentSchemaVersion,
            ToolVersion = toolVersion,
            Settings = settings,
            Limit = recipe.Sources.Limit,
            Sources = Sources(recipe, inputs),
            Clips = inputs.Clips.Count,
            ActionClasses = inputs.Pool.Classes.Count,
            ClipsWithPriorActions = inputs.Clips.Count(clip => priors.ContainsKey(clip.NarrationId)),
            Files = [.. files.Select(static file => file.Entry)],
            Licence = BenchmarkRenderer.Licence,
        };
        var mixture = new TrainingMixture([.. files.Select(static file => new MixtureEntry(file.File.Name, new RowSampling(SamplingKind.All))), .. recipe.Included]);
        return (manifest,
        [
            .. files.Select(static file => file.File),
            new RenderedFile(MixtureName, Encoding.UTF8.GetBytes(MixtureFile.ToYaml(mixture))),
            new RenderedFile(BenchmarkFolder.ManifestName, manifest.ToBytes()),
        ]);
    }

    private static BenchmarkSettings SettingsOf(TrainingSettings settings, Representation representation) => new()
    {
        Seed = settings.Seed,
        OptionsPerQuestion = settings.OptionsPerQuestion,
        Representation = representation,
        Protocol = settings.Window,
        Ambiguous = settings.Ambiguous,
    };

    private static void Validate(TrainingRecipe recipe)
    {
        var settings = recipe.Settings;
        if (settings.Tasks.Count == 0 || settings.Representations.Count == 0)
        {
            throw new InputException("--task, --representation: none is given; expected at least one.");
        }

        if (settings.Tasks.Contains(TrainingTask.MultipleChoice) && recipe.Sources.Strategies.Count == 0)
        {
            throw new InputException("--task mqa: no --strategy is given; expected random or NAME=DUMP, or other tasks by --task temporal,direct.");
        }

        if (settings.Window == Protocol.Recognition)
        {
            throw new ArgumentException("Training questions have the truth among their options.", nameof(recipe));
        }

        if (!(settings.DeltaSeconds > 0 && settings.DeltaSeconds <= 3600))
        {
            throw new InputException(FormattableString.Invariant($"--delta {settings.DeltaSeconds}: expected seconds above 0, at most 3600."));
        }

        if (!(settings.PriorActionShare >= 0 && settings.PriorActionShare <= 1))
        {
            throw new InputException(FormattableString.Invariant($"--prior-actions {settings.PriorActionShare}: expected a share of 0 to 1."));
        }

        foreach (var name in recipe.Folds.Keys.Concat(recipe.ValidationDumps.Keys))
        {
            if (!recipe.Sources.Strategies.Any(strategy => strategy.Name == name && strategy.DumpPath is not null))
            {
                throw new InputException($"--folds, --validation-dump {name}=…: no --strategy {name}=DUMP is given.");
            }
        }

        if (recipe.ValidationDumps.Count > 0 && recipe.ValidationAnnotations is null)
        {
            throw new InputException("--validation-dump is given without --validation; give the CSV that the dump was made for.");
        }

        if (recipe.Included.FirstOrDefault(static entry => !File.Exists(entry.JsonPath)) is { } missing)
        {
            throw new InputException($"--include {missing.JsonPath}: no such file; expected training rows as JSON lines or a JSON list.");
        }
    }

    private static (RenderedFile File, TrainingFileEntry Entry) MultipleChoice(
        BuiltSet set,
        Representation representation,
        TrainingRecipe recipe,
        BenchmarkInputs inputs,
        TrainingRows rows,
        IReadOnlyDictionary<string, PriorClips> priors,
        TeacherEntry? teacher)
    {
        var settings = recipe.Settings;
        var folds = recipe.Folds.TryGetValue(set.Source.Name, out var path) ? FoldFile.Read(path) : null;
        var made = new List<TrainingRow>(set.Questions.Count);
        foreach (var question in set.Questions)
        {
            var clip = inputs.Pool.Find(question.Id)!;
            int? fold = folds is null ? null
                : folds.TryGetValue(clip.NarrationId, out var found) ? found
                : throw new InputException($"{path}: there is no fold for narration id '{clip.NarrationId}'; expected one for every clip.");
            made.Add(rows.MultipleChoice(clip, question, representation, PriorsOf(clip), fold));
        }

        return Render(
            $"mqa-{set.Source.Name}-{SettingNames.Of(representation)}", TrainingTask.MultipleChoice, TrainingRows.TypeOf(representation), made, set,
            teacher is null ? null : teacher with { TiesAtCut = set.TiesAtCut, Folds = folds?.Values.Distinct().Count() });

        PriorAction[]? PriorsOf(ClipAnnotation clip) =>
            settings.PriorActionShare > 0 && priors.TryGetValue(clip.NarrationId, out var prior)
            && (settings.PriorActionDraw == PriorActionDraw.Load
                || new KeyedRandom(settings.Seed, clip.NarrationId, "prior-actions").NextDouble() < settings.PriorActionShare)
                ? [new PriorAction(prior.EarlierSecondsAgo, TextOf(prior.EarlierId)), new PriorAction(prior.LaterSecondsAgo, TextOf(prior.LaterId))]
                : null;

        string TextOf(string id)
        {
            var clip = inputs.Pool.Find(id)!;
            return representation == Representation.OfficialKey && inputs.Taxonomy is not null ? OfficialKey.Of(clip.Class, inputs.Taxonomy) ?? clip.Narration : clip.Narration;
        }
    }

    private static (RenderedFile File, TrainingFileEntry Entry) Render(
        string name, TrainingTask task, string questionType, List<TrainingRow> rows, BuiltSet? set = null, TeacherEntry? teacher = null)
    {
        var file = new RenderedFile(name + ".jsonl", TrainingJson.ToLines(rows));
        return (file, new TrainingFileEntry
        {
            File = file.Name,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)),
            Rows = rows.Count,
            Task = task,
            QuestionType = questionType,
            Strategy = set?.Source.Name,
            Teacher = teacher,
            RowsWithPriorActions = rows.Count(static row => row.PriorActions is not null),
            Excluded = set?.Excluded ?? 0,
        });
    }

    private static TeacherEntry Describe(StrategySource strategy, TrainingRecipe recipe, BenchmarkInputs inputs)
    {
        var hash = inputs.Sources.First(source => source.Role == $"dump:{strategy.Name}").Sha256;
        var top1 = Top1(strategy.Dump!, inputs.Clips);
        double? validation = null;
        if (recipe.ValidationDumps.TryGetValue(strategy.Name, out var path))
        {
            var annotations = EpicCsvReader.Read(recipe.ValidationAnnotations!, inputs.Taxonomy);
            using var dump = PredictionDumpReader.Read(path, new PredictionRequest
            {
                Annotations = annotations,
                Pool = inputs.Pool,
                Classes = recipe.Sources.Classes is null ? null : ClassOrder.Read(recipe.Sources.Classes),
            });
            validation = Top1(dump, annotations.Clips);
        }

        bool? isInSample = DumpDescription.Find(strategy.DumpPath!, hash) is { } description ? description.InSampleClips > 0
            : validation is { } other ? top1 - other > InSampleMargin
            : null;
        return new TeacherEntry(strategy.Provenance, hash, Math.Round(top1, 6), validation is { } share ? Math.Round(share, 6) : null, isInSample, Folds: null, TiesAtCut: 0);
    }

    private static double Top1(PredictionDump dump, IReadOnlyList<ClipAnnotation> clips) =>
        (double)clips.Count(clip => dump.Rankings[clip.NarrationId].RankOf(clip.Class) == 1) / clips.Count;

    private static IReadOnlyList<SourceFile> Sources(TrainingRecipe recipe, BenchmarkInputs inputs)
    {
        List<SourceFile> sources =
        [
            .. inputs.Sources,
            .. recipe.Folds.Select(static pair => Describe($"folds:{pair.Key}", pair.Value)),
            .. recipe.ValidationDumps.Select(static pair => Describe($"validation-dump:{pair.Key}", pair.Value)),
            .. recipe.Included.Select(static entry => Describe("included", entry.JsonPath) with { Rows = TrainingFile.Read(entry.JsonPath).Count }),
        ];
        if (recipe.ValidationAnnotations is { } validation)
        {
            sources.Add(Describe("validation", validation));
        }

        return [.. sources.OrderBy(static source => source.Role, StringComparer.Ordinal).ThenBy(static source => source.File, StringComparer.Ordinal).ThenBy(static source => source.Sha256, StringComparer.Ordinal)];

        static SourceFile Describe(string role, string path) => BenchmarkInputs.Describe(role, path, BenchmarkInputs.StartHash(path), rows: 0);
    }
}
