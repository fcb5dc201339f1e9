using System.Globalization;
using System.Text;
using System.Text.Json;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;
using LLaVAction.Training;

namespace LLaVAction.Cli.Tests.Training;

/// <summary><c>build-training-set</c> and <c>verify-benchmark</c> on the bundled kitchen's training clips.</summary>
public sealed class BuildTrainingSetTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "data", "demo", "annotations");
    private readonly TemporaryFolder _folder = new();

    public BuildTrainingSetTests()
    {
        // A dump over the train split: the truth third for every fourth clip, else first; the other classes in order.
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        output.WriteLine("narration_id,rank,verb_class,noun_class");
        var truths = Truths(Path.Combine(Demo, "EPIC_100_train.csv"));
        var classes = truths.Values.Distinct().Order(StringComparer.Ordinal).ToArray();
        foreach (var ((id, truth), row) in truths.Select(static (pair, row) => (pair, row)))
        {
            var ranked = classes.Where(entry => entry != truth).Skip(row % 5).Take(19).ToList();
            ranked.Insert(row % 4 == 0 ? 2 : 0, truth);
            for (var rank = 0; rank < ranked.Count; rank++)
            {
                output.WriteLine($"{id},{rank + 1},{ranked[rank].Replace(':', ',')}");
            }
        }

        _folder.Write("avion.csv", output.ToString());
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-2147483648")]
    [InlineData("2147483647")]
    public async Task A_number_of_options_that_nobody_can_ask_is_an_input_error(string options)
    {
        Assert.Equal(0, (await CliHost.RunAsync(Build("set"))).ExitCode);
        var manifest = File.ReadAllText(_folder["set/manifest.json"]);
        File.WriteAllText(_folder["set/manifest.json"], manifest.Replace("\"options_per_question\": 5", $"\"options_per_question\": {options}", StringComparison.Ordinal));

        var result = await CliHost.RunAsync("verify-benchmark", _folder["set"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"options_per_question is {options}; expected 2 to 26", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_is_built_verified_rebuilt_and_read()
    {
        var result = await CliHost.RunAsync([.. Build("set"), "--representation", "narration,official-key", "--prior-actions", "0.3", "--prior-draw", "build"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            ["direct.jsonl", "manifest.json", "mixture.yaml", "mqa-avion-narration.jsonl", "mqa-avion-official-key.jsonl", "mqa-random-narration.jsonl", "mqa-random-official-key.jsonl", "temporal-detection.jsonl"],
            Directory.GetFiles(_folder["set"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var truths = Truths(Path.Combine(Demo, "EPIC_100_train.csv"));
        var rows = MixtureFile.ReadRows(_folder["set/mixture.yaml"], seed: 1);
        Assert.Equal(6 * truths.Count, rows.Count);
        Assert.All(rows, row => Assert.Equal(truths[row.NarrationId!], $"{row.VerbId}:{row.NounId}"));
        var drawn = rows.Where(static row => row.QuestionType == QuestionTypes.MultipleChoiceNarration).Select(static row => row.PriorActions).ToArray();
        Assert.Contains(drawn, static priors => priors is not null);
        Assert.Contains(drawn, static priors => priors is null);
        Assert.All(rows.Where(static row => !QuestionTypes.IsMultipleChoice(row.QuestionType)), static row => Assert.Null(row.PriorActions));

        var verified = await CliHost.RunAsync("verify-benchmark", _folder["set"]);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        Assert.Contains($"correct; {rows.Count} rows in 6 files", verified.Output, StringComparison.Ordinal);
        var rebuilt = await CliHost.RunAsync(
            "verify-benchmark", _folder["set"], "--annotations", Path.Combine(Demo, "EPIC_100_train.csv"), "--narrations", Path.Combine(Demo, "EPIC_100_validation.csv"),
            "--strategy", "random", "--strategy", $"avion={_folder["avion.csv"]}");
        Assert.True(rebuilt.ExitCode == 0, rebuilt.Output + rebuilt.Error);
        Assert.Contains("equal to the rebuilt training set", rebuilt.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2k", 10)]
    [InlineData("k", 5)]
    public async Task The_window_decides_which_ranks_become_distractors(string window, int lastRank)
    {
        var result = await CliHost.RunAsync([.. Build("set"), "--task", "mqa", "--window", window == "2k" ? "two-k" : "k", "--representation", "official-key"]);
        Assert.True(result.ExitCode == 0, result.Error);
        var keys = Keys();
        var ranks = File.ReadLines(_folder["avion.csv"]).Skip(1).Select(static line => line.Split(','))
            .ToDictionary(static cells => (Id: cells[0], Text: $"{cells[2]}:{cells[3]}"), static cells => int.Parse(cells[1], CultureInfo.InvariantCulture));
        var seen = new SortedSet<int>();
        foreach (var row in TrainingFile.Read(_folder["set/mqa-avion-official-key.jsonl"]))
        {
            var options = row.Conversations[0].Value.Split("', '").Select(static text => text.Trim('[', ']', '\'')[3..]).ToArray();
            Assert.Equal(5, options.Distinct(StringComparer.Ordinal).Count());
            foreach (var text in options.Where(text => text != row.Conversations[1].Value[3..]))
            {
                seen.Add(ranks[(row.NarrationId!, keys[text])]);
            }
        }

        Assert.Equal(lastRank, seen.Max);
    }

    [Fact]
    public async Task The_same_arguments_give_the_same_bytes_and_another_seed_others()
    {
        Assert.Equal(0, (await CliHost.RunAsync(Build("a"))).ExitCode);
        Assert.Equal(0, (await CliHost.RunAsync(Build("b"))).ExitCode);
        Assert.Equal(0, (await CliHost.RunAsync([.. Build("c"), "--seed", "43"])).ExitCode);
        foreach (var file in Directory.GetFiles(_folder["a"]).Select(Path.GetFileName))
        {
            Assert.Equal(File.ReadAllBytes(_folder[$"a/{file}"]), File.ReadAllBytes(_folder[$"b/{file}"]));
        }

        foreach (var file in new[] { "mqa-random-narration.jsonl", "mqa-avion-narration.jsonl", "temporal-detection.jsonl" })
        {
            Assert.NotEqual(File.ReadAllBytes(_folder[$"a/{file}"]), File.ReadAllBytes(_folder[$"c/{file}"]));
        }
    }

    [Fact]
    public async Task An_in_sample_dump_and_its_folds_are_named()
    {
        var truths = Truths(Path.Combine(Demo, "EPIC_100_train.csv"));
        _folder.Write("folds.csv", "narration_id,fold\n" + string.Concat(truths.Keys.Select(static (id, row) => $"{id},{row % 3}\n")));
        var validation = Truths(Path.Combine(Demo, "EPIC_100_validation.csv"));
        var rows = new StringBuilder("narration_id,rank,verb_class,noun_class\n");
        foreach (var ((id, truth), row) in validation.Select(static (pair, row) => (pair, row)))
        {
            var other = validation.Values.First(entry => entry != truth);
            var (first, second) = row % 2 == 0 ? (truth, other) : (other, truth);
            rows.Append(CultureInfo.InvariantCulture, $"{id},1,{first.Replace(':', ',')}\n{id},2,{second.Replace(':', ',')}\n");
        }

        _folder.Write("validation.csv", rows.ToString());
        var result = await CliHost.RunAsync(
            [.. Build("set"), "--folds", $"avion={_folder["folds.csv"]}", "--validation", Path.Combine(Demo, "EPIC_100_validation.csv"), "--validation-dump", $"avion={_folder["validation.csv"]}"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("the dump is in-sample, its top-1 on these clips is 75.0 % against 50.0 % on validation", result.Error, StringComparison.Ordinal);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(_folder["set/manifest.json"]));
        var teacher = manifest.RootElement.GetProperty("files").EnumerateArray().Single(static file => file.GetProperty("strategy").GetString() == "avion").GetProperty("teacher");
        Assert.Equal((0.75, 0.5, true, 3), (teacher.GetProperty("top1").GetDouble(), teacher.GetProperty("validation_top1").GetDouble(), teacher.GetProperty("is_in_sample").GetBoolean(), teacher.GetProperty("folds").GetInt32()));
        Assert.Equal([0, 1, 2, 0], TrainingFile.Read(_folder["set/mqa-avion-narration.jsonl"]).Take(4).Select(static row => row.Fold!.Value));
    }

    [Fact]
    public async Task Tasks_without_options_need_no_strategy()
    {
        var result = await CliHost.RunAsync("build-training-set", "--annotations", Path.Combine(Demo, "EPIC_100_train.csv"), "--task", "temporal,direct", "--output", _folder["set"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(0, (await CliHost.RunAsync("verify-benchmark", _folder["set"])).ExitCode);
    }

    [Fact]
    public async Task Replay_rows_join_the_mixture_as_published()
    {
        var replay = _folder.Write("replay.json", """[{"id":"1","conversations":[{"from":"human","value":"<image>\nWhat?"},{"from":"gpt","value":"A pan."}],"data_source":"0_30_s_academic_v0_1","video":"a.mp4"},{"id":"2","conversations":[{"from":"human","value":"And?"},{"from":"gpt","value":"Oil."}],"data_source":"0_30_s_academic_v0_1","video":"b.mp4"}]""");
        Assert.Equal(0, (await CliHost.RunAsync([.. Build("set"), "--task", "direct", "--include", $"{replay}=end:50%"])).ExitCode);
        var rows = MixtureFile.ReadRows(_folder["set/mixture.yaml"], seed: 1);
        Assert.Equal("2", rows[^1].Id);
        Assert.Equal(("b.mp4", "0_30_s_academic_v0_1", -1), (rows[^1].Video, rows[^1].DataSource, rows[^1].VerbId));
    }

    [Theory]
    [InlineData("temporal-detection.jsonl", "\"gpt\",\"value\":\"", "\"gpt\",\"value\":\"9", "answer")]
    [InlineData("mqa-random-narration.jsonl", "B. ", "A. ", "distinct-texts")]
    [InlineData("mqa-random-narration.jsonl", "\"action_id\":", "\"action_id\":99", "classes")]
    [InlineData("direct.jsonl", "\"human\",\"value\":\"", "\"human\",\"value\":\"What?", "turns")]
    [InlineData("direct.jsonl", "direct_narration", "direct", "question-type")]
    public async Task A_changed_row_is_a_violation(string file, string old, string replacement, string invariant)
    {
        Assert.Equal(0, (await CliHost.RunAsync(Build("set"))).ExitCode);
        var lines = File.ReadAllLines(_folder[$"set/{file}"]);
        lines[2] = string.Concat(lines[2].AsSpan(0, lines[2].IndexOf(old, StringComparison.Ordinal)), replacement, lines[2].AsSpan(lines[2].IndexOf(old, StringComparison.Ordinal) + old.Length));
        File.WriteAllText(_folder[$"set/{file}"], string.Join('\n', lines) + "\n");
        var result = await CliHost.RunAsync("verify-benchmark", _folder["set"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"VIOLATION {file}: sha256", result.Output, StringComparison.Ordinal);
        Assert.Contains($"VIOLATION {file} line 3: {invariant}: ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--task mqa", "no --strategy is given")]
    [InlineData("--strategy random --delta 0", "--delta")]
    [InlineData("--strategy random --folds tim=x.csv", "no --strategy tim=DUMP is given")]
    [InlineData("--strategy random --include missing.jsonl", "missing.jsonl: no such file")]
    [InlineData("--strategy random --validation-dump random=x", "no --strategy random=DUMP")]
    public async Task Wrong_options_are_refused_before_anything_is_written(string arguments, string expected)
    {
        var result = await CliHost.RunAsync(["build-training-set", "--annotations", Path.Combine(Demo, "EPIC_100_train.csv"), "--output", _folder["set"], .. arguments.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["set"]));
    }

    private string[] Build(string output) =>
    [
        "build-training-set", "--annotations", Path.Combine(Demo, "EPIC_100_train.csv"), "--narrations", Path.Combine(Demo, "EPIC_100_validation.csv"),
        "--strategy", "random", "--strategy", $"avion={_folder["avion.csv"]}", "--output", _folder[output],
    ];

    private static Dictionary<string, string> Truths(string csv)
    {
        var header = File.ReadLines(csv).First().Split(',');
        var (verb, noun) = (Array.IndexOf(header, "verb_class"), Array.IndexOf(header, "noun_class"));
        return File.ReadLines(csv).Skip(1).Select(static line => line.Split(',')).ToDictionary(static cells => cells[0], cells => $"{cells[verb]}:{cells[noun]}", StringComparer.Ordinal);
    }

    /// <summary>Official key → class.</summary>
    private static Dictionary<string, string> Keys()
    {
        string[] Names(string file) => [.. File.ReadLines(Path.Combine(Demo, file)).Skip(1).Select(static line => line.Split(',')[1])];
        var verbs = Names("EPIC_100_verb_classes.csv");
        var nouns = Names("EPIC_100_noun_classes_v2.csv");
        return verbs.SelectMany((verb, v) => nouns.Select((noun, n) => (Text: $"{verb} {string.Join(' ', noun.Split(':')[1..].Append(noun.Split(':')[0]))}", Class: FormattableString.Invariant($"{v}:{n}"))))
            .ToDictionary(static pair => pair.Text, static pair => pair.Class, StringComparer.Ordinal);
    }
}
