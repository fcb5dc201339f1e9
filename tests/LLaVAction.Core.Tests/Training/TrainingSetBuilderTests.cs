using LLaVAction.Benchmarks;
using LLaVAction.Recognizers;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

public sealed class TrainingSetBuilderTests : IDisposable
{
    private readonly TrainingKitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public void A_set_has_a_file_for_each_task_strategy_and_representation_and_counts_what_is_in_it()
    {
        var recipe = _kitchen.Recipe(new TrainingSettings
        {
            OptionsPerQuestion = 4,
            Representations = [Representation.Narration, Representation.OfficialKey],
            PriorActionShare = 0.5,
        });
        var replay = _kitchen.Folder.Write("replay.jsonl", """{"id":"1","conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}],"data_source":"s"}""" + "\n");
        var (manifest, files) = TrainingSetBuilder.Build(recipe with { Included = [new MixtureEntry(replay, new RowSampling(SamplingKind.First, 1))] }, "9.9");

        string[] names = ["direct", "mqa-random-narration", "mqa-random-official-key", "mqa-tim-narration", "mqa-tim-official-key", "temporal-detection"];
        Assert.Equal(names.Select(static name => name + ".jsonl"), manifest.Files.Select(static entry => entry.File));
        Assert.Equal([.. names.Select(static name => name + ".jsonl"), "mixture.yaml", "manifest.json"], files.Select(static file => file.Name));
        Assert.All(manifest.Files, static entry => Assert.Equal((TrainingKitchen.Clips, 0), (entry.Rows, entry.Excluded)));
        Assert.Equal([null, "random", "random", "tim", "tim", null], manifest.Files.Select(static entry => entry.Strategy));

        // All but the first two clips follow two others within 3 s; under the draw at load time every one of them carries them.
        Assert.Equal([0, 22, 22, 22, 22, 0], manifest.Files.Select(static entry => entry.RowsWithPriorActions));
        Assert.Equal((24, 24, 22, "9.9", null), (manifest.Clips, manifest.ActionClasses, manifest.ClipsWithPriorActions, manifest.ToolVersion, manifest.Limit));
        Assert.Equal(["annotations", "dump:tim", "included", "noun-classes", "verb-classes"], manifest.Sources.Select(static source => source.Role));
        Assert.Equal(1, manifest.Sources.Single(static source => source.Role == "included").Rows);
        Assert.Equal(("iid", "ood"), (manifest.RelationTo("tim"), manifest.RelationTo("avion")));
        _kitchen.Folder.Write("set/mixture.yaml", files[^2].Content.ToArray());
        Assert.Equal(
            [.. names.Select(static name => new MixtureEntry(name + ".jsonl", new RowSampling(SamplingKind.All))), new MixtureEntry(replay, new RowSampling(SamplingKind.First, 1))],
            MixtureFile.Read(_kitchen.Folder["set/mixture.yaml"]).Entries);
    }

    [Fact]
    public void Prior_actions_are_the_two_clips_before_in_the_words_of_the_representation()
    {
        _kitchen.Build(_kitchen.Recipe(new TrainingSettings { OptionsPerQuestion = 4, Representations = [Representation.Narration, Representation.OfficialKey], PriorActionShare = 1 }));

        Assert.Equal([new PriorAction(4, TrainingKitchen.Narration(5)), new PriorAction(2, TrainingKitchen.Narration(6))], Rows("mqa-tim-narration")[7].PriorActions!);
        Assert.Equal([new PriorAction(4, "verb5 red noun0"), new PriorAction(2, "verb0 red noun1")], Rows("mqa-random-official-key")[7].PriorActions!);
        Assert.Null(Rows("mqa-tim-narration")[1].PriorActions);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.4)]
    public void Prior_actions_drawn_at_build_time_are_those_of_the_clips_drawn(double share)
    {
        _kitchen.Build(_kitchen.Recipe(new TrainingSettings { OptionsPerQuestion = 4, PriorActionShare = share, PriorActionDraw = PriorActionDraw.Build }));

        var rows = Rows("mqa-tim-narration");
        Assert.Equal(
            rows.Select((row, clip) => clip >= 2 && new KeyedRandom(42, row.NarrationId!, "prior-actions").NextDouble() < share),
            rows.Select(static row => row.PriorActions is not null));
        Assert.Equal(share > 0, rows.Any(static row => row.PriorActions is not null));
    }

    [Fact]
    public void Without_a_share_no_row_carries_prior_actions_whenever_they_are_drawn()
    {
        _kitchen.Build();
        Assert.All(Rows("mqa-tim-narration"), static row => Assert.Null(row.PriorActions));
    }

    [Fact]
    public void Temporal_detection_pads_by_delta_in_all_of_which_a_share_keyed_by_the_clip_comes_before()
    {
        _kitchen.Build(_kitchen.Recipe(new TrainingSettings { OptionsPerQuestion = 4, DeltaSeconds = 3 }));

        foreach (var (row, clip) in Rows("temporal-detection").Select(static (row, clip) => (row, clip)).Skip(2))
        {
            var before = new KeyedRandom(42, row.NarrationId!, "temporal-padding").NextDouble() * 3;
            Assert.Equal((2 * clip) - before, row.StartTimestamp!.Value, 0.00501);
            Assert.Equal((2 * clip) + 1 + 3 - before, row.EndTimestamp!.Value, 0.00501);
        }
    }

    [Theory]
    [InlineData(14, false)] // 0.75 against 0.7
    [InlineData(12, true)] // against 0.6
    public void A_dump_far_better_here_than_on_validation_is_in_sample(int validationFirst, bool isInSample)
    {
        var recipe = _kitchen.Recipe() with
        {
            ValidationAnnotations = _kitchen.Folder["validation.csv"],
            ValidationDumps = new Dictionary<string, string> { ["tim"] = _kitchen.Dump("val.csv", "P01_02", 20, validationFirst) },
        };
        recipe = recipe with { Sources = recipe.Sources with { Narrations = [_kitchen.Folder["validation.csv"]] } };

        var manifest = _kitchen.Build(recipe).Manifest;

        var teacher = manifest.Files.Single(static entry => entry.Strategy == "tim").Teacher!;
        Assert.Equal((0.75, validationFirst / 20.0, isInSample, Provenance.Simulated), (teacher.Top1, teacher.ValidationTop1, teacher.IsInSample, teacher.Provenance));
        Assert.Equal(manifest.Sources.Single(static source => source.Role == "dump:tim").Sha256, teacher.Sha256);
        Assert.Equal(["annotations", "dump:tim", "narrations", "noun-classes", "validation", "validation-dump:tim", "verb-classes"], manifest.Sources.Select(static source => source.Role));
        Assert.Null(manifest.Files.Single(static entry => entry.Strategy == "random").Teacher);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_dumps_own_description_says_whether_it_is_in_sample(int inSampleClips, bool expected)
    {
        var dump = _kitchen.Folder["tim.csv"];
        File.WriteAllBytes(DumpDescription.PathOf(dump), new DumpDescription
        {
            ToolVersion = "t",
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(dump))),
            Provenance = "measured",
            Model = "m",
            ClassesSha256 = "c",
            Classes = 24,
            AnnotationsSha256 = "a",
            Clips = 24,
            Failed = new Dictionary<string, string>(),
            InSampleClips = inSampleClips,
            Settings = new Dictionary<string, string>(),
        }.ToBytes());
        var recipe = _kitchen.Recipe();
        recipe = recipe with { Sources = recipe.Sources with { Strategies = [recipe.Sources.Strategies[1] with { Provenance = Provenance.Unstated }] } };

        Assert.Equal((expected, Provenance.Measured), _kitchen.Build(recipe).Manifest.Files.Single(static entry => entry.Teacher is not null).Teacher is { } teacher ? (teacher.IsInSample, teacher.Provenance) : default);
    }

    [Fact]
    public void A_teacher_of_which_nothing_is_known_is_neither_in_sample_nor_not() =>
        Assert.Null(_kitchen.Build().Manifest.Files.Single(static entry => entry.Strategy == "tim").Teacher!.IsInSample);

    [Fact]
    public void Folds_stand_in_the_rows_and_their_number_in_the_manifest()
    {
        var path = _kitchen.Folder.Write("folds.csv", "narration_id,fold\n" + string.Concat(Enumerable.Range(0, TrainingKitchen.Clips).Select(static clip => $"P01_01_{clip},{clip % 3}\n")));
        var folds = new Dictionary<string, string> { ["tim"] = path };

        var manifest = _kitchen.Build(_kitchen.Recipe() with { Folds = folds }).Manifest;

        Assert.Equal(3, manifest.Files.Single(static entry => entry.Strategy == "tim").Teacher!.Folds);
        Assert.Contains(manifest.Sources, static source => source is { Role: "folds:tim", File: "folds.csv" });
        Assert.Equal(Enumerable.Range(0, TrainingKitchen.Clips).Select(static clip => (int?)(clip % 3)), Rows("mqa-tim-narration").Select(static row => row.Fold));
        Assert.All(Rows("mqa-random-narration"), static row => Assert.Null(row.Fold));
        _kitchen.Folder.Write("folds.csv", "narration_id,fold\nP01_01_0,0\n");
        Assert.Contains("no fold for narration id 'P01_01_1'", Refusal(_kitchen.Recipe() with { Folds = folds }), StringComparison.Ordinal);
        _kitchen.Folder.Write("folds.csv", "narration_id,fold\nP01_01_0,0\nP01_01_0,1\n");
        Assert.Contains("each clip once", Refusal(_kitchen.Recipe() with { Folds = folds }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_built_is_refused_by_the_option_that_asks_for_it()
    {
        var recipe = _kitchen.Recipe();
        var settings = recipe.Settings;
        Assert.Contains("--task, --representation: none", Refusal(recipe with { Settings = settings with { Tasks = [] } }), StringComparison.Ordinal);
        Assert.Contains("--task, --representation: none", Refusal(recipe with { Settings = settings with { Representations = [] } }), StringComparison.Ordinal);
        Assert.Contains("no --strategy is given", Refusal(recipe with { Sources = recipe.Sources with { Strategies = [] } }), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TrainingSetBuilder.Build(recipe with { Settings = settings with { Window = Protocol.Recognition } }, "t"));
        foreach (var delta in new[] { 0, -1, 3600.5, double.NaN })
        {
            Assert.StartsWith("--delta ", Refusal(recipe with { Settings = settings with { DeltaSeconds = delta } }), StringComparison.Ordinal);
        }

        foreach (var share in new[] { -0.1, 1.1, double.NaN })
        {
            Assert.StartsWith("--prior-actions ", Refusal(recipe with { Settings = settings with { PriorActionShare = share } }), StringComparison.Ordinal);
        }

        var dumps = new Dictionary<string, string> { ["tim"] = "x" };
        Assert.Contains("without --validation", Refusal(recipe with { ValidationDumps = dumps }), StringComparison.Ordinal);
        foreach (var name in new[] { "avion", "random" })
        {
            Assert.Contains($"no --strategy {name}=DUMP", Refusal(recipe with { Folds = new Dictionary<string, string> { [name] = "x" } }), StringComparison.Ordinal);
            Assert.Contains($"no --strategy {name}=DUMP", Refusal(recipe with { ValidationAnnotations = "v", ValidationDumps = new Dictionary<string, string> { [name] = "x" } }), StringComparison.Ordinal);
        }

        var sampling = new RowSampling(SamplingKind.All);
        Assert.Contains("--include none.json: no such file", Refusal(recipe with { Included = [new MixtureEntry(_kitchen.Folder["train.csv"], sampling), new MixtureEntry("none.json", sampling)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_longest_padding_and_a_share_of_all_can_be_built()
    {
        var settings = new TrainingSettings { OptionsPerQuestion = 4, DeltaSeconds = 3600, PriorActionShare = 1, Tasks = [TrainingTask.TemporalDetection] };
        var recipe = _kitchen.Recipe(settings);
        Assert.Single(_kitchen.Build(recipe with { Sources = recipe.Sources with { Strategies = [] } }).Manifest.Files);
    }

    private static string Refusal(TrainingRecipe recipe) => Assert.Throws<InputException>(() => TrainingSetBuilder.Build(recipe, "t")).Message;

    private IReadOnlyList<TrainingRow> Rows(string file) => TrainingFile.Read(_kitchen.Folder[$"set/{file}.jsonl"]);
}
