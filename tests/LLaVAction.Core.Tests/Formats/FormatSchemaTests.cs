using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Core.Tests.Training;
using LLaVAction.Gate;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Tables;
using LLaVAction.Testing;
using LLaVAction.Tests.Comparison;
using LLaVAction.Tests.Runs;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Formats;

/// <summary>What is written is what docs/formats says, in its schemas as in its tables.</summary>
public sealed partial class FormatSchemaTests
{
    /// <summary>One document or line of each format, as this build writes it.</summary>
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Samples = new(Write);

    public static TheoryData<string> Formats { get; } = [.. FormatSchemas.Names.Where(static name => name != "metrics")];

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_written_fits_its_schema(string format) => Assert.Empty(FormatSchemas.Problems(format, Samples.Value[format]));

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_key_lost_or_added_anywhere_is_refused(string format)
    {
        var whole = Shortened(JsonNode.Parse(Samples.Value[format])!);
        var optional = new[] { "narration_id", "prior_actions", "fold", "provenance", "ties_at_cut", "caption", "checksum" };
        var changed = 0;
        foreach (var path in Objects(whole, []).ToArray())
        {
            foreach (var name in (format == "comparison" && path.Length == 0 ? [] : At(whole, path).Select(static pair => pair.Key)).Except(optional).ToArray())
            {
                var lost = whole.DeepClone();
                At(lost, path).Remove(name);
                Assert.True(FormatSchemas.Problems(format, lost.ToJsonString()).Count > 0, $"{string.Join('/', path)} without {name}");
                changed++;
            }

            var added = whole.DeepClone();
            At(added, path)["key_of_nobody"] = JsonNode.Parse("[{}]");
            Assert.True(FormatSchemas.Problems(format, added.ToJsonString()).Count > 0, $"{string.Join('/', path)} with a key more");
        }

        Assert.True(changed > 0);
    }

    [Fact]
    public void Every_line_of_made_up_benchmarks_runs_and_training_sets_fits()
    {
        foreach (var settings in new[]
        {
            new BenchmarkSettings { OptionsPerQuestion = 4 },
            new BenchmarkSettings { OptionsPerQuestion = 6, Protocol = Protocol.Recognition },
            new BenchmarkSettings { OptionsPerQuestion = 3, Protocol = Protocol.Training, Ambiguous = AmbiguousDistractors.Replace },
        })
        {
            foreach (var file in KitchenFiles.Render(new SyntheticKitchen(3), settings))
            {
                var text = Encoding.UTF8.GetString(file.Content.Span);
                if (file.Name == BenchmarkFolder.ManifestName)
                {
                    Assert.Empty(FormatSchemas.Problems("manifest", text));
                }
                else
                {
                    Assert.NotEqual(0, FormatSchemas.RequireLines("question", text));
                }
            }
        }

        var run = new SyntheticRun(5);
        Assert.Equal(40, FormatSchemas.RequireLines("result", string.Concat(run.Lines(Shard.Whole).Select(static line => Encoding.UTF8.GetString(RunJson.ToLine(line))))));
        FormatSchemas.RequireLines("result", Encoding.UTF8.GetString(RunJson.ToLine(SyntheticRun.Failure(run.Sets[0].Questions[0], 8, 0) with { Caption = "hands" })));
        using var kitchen = new TrainingKitchen();
        kitchen.Build(kitchen.Recipe(new TrainingSettings { OptionsPerQuestion = 4, PriorActionShare = 1 }));
        foreach (var file in Directory.GetFiles(kitchen.Folder["set"], "*.jsonl"))
        {
            Assert.Equal(TrainingKitchen.Clips, FormatSchemas.RequireLines("training-row", File.ReadAllText(file)));
        }
    }

    [Fact]
    public void The_outputs_kept_as_goldens_fit()
    {
        var outputs = Path.Combine(Repository.Root, "tests", "Goldens", "outputs");
        foreach (var set in new[] { "mqa", "recognition", "training" })
        {
            Assert.Empty(FormatSchemas.Problems("manifest", File.ReadAllText(Path.Combine(outputs, set, "manifest.json"))));
            Assert.All(Directory.GetFiles(Path.Combine(outputs, set), "*.jsonl"), static file => FormatSchemas.RequireLines("question", File.ReadAllText(file)));
        }

        Assert.Empty(FormatSchemas.Problems("comparison", File.ReadAllText(Path.Combine(outputs, "compare.json"))));
    }

    [Fact]
    public void Names_of_settings_are_those_that_are_read()
    {
        Assert.Equal(SettingNames.All<Representation>(), Enumeration("manifest", "properties/representation"));
        Assert.Equal(SettingNames.All<Protocol>(), Enumeration("manifest", "properties/protocol"));
        Assert.Equal(SettingNames.All<AmbiguousDistractors>(), Enumeration("manifest", "properties/ambiguous"));
        Assert.Equal(SettingNames.All<Provenance>(), Enumeration("manifest", "$defs/set/properties/provenance"));
        Assert.Equal(SettingNames.All<PublishedBenchmark>(), Enumeration("manifest", "properties/published_benchmark"));
        Assert.Equal(SettingNames.All<ResultStatus>(), Enumeration("result", "properties/status"));
        Assert.Equal(SettingNames.All<Control>(), Enumeration("run", "$defs/identity/properties/control"));
        Assert.Equal(SettingNames.All<PromptTask>(), Enumeration("run", "$defs/identity/properties/prompt/properties/task"));
        Assert.Equal(SettingNames.All<PromptPerspective>(), Enumeration("run", "$defs/identity/properties/prompt/properties/perspective"));
        Assert.Equal(SettingNames.All<FramePolicyKind>(), Enumeration("run", "$defs/identity/properties/frames/properties/policy"));
        Assert.Equal(SettingNames.All<AnswerScoring>(), Enumeration("run", "$defs/identity/properties/scoring/items"));
    }

    /// <summary>The tables of a page name the keys of its schema, all of them and no others.</summary>
    [Theory]
    [InlineData("question", "formats/questions.md")]
    [InlineData("manifest", "formats/manifest.md")]
    [InlineData("result", "formats/results.md")]
    [InlineData("run", "formats/run.md")]
    [InlineData("baseline", "formats/baseline.md")]
    [InlineData("training-row", "formats/training.md")]
    [InlineData("comparison", "formats/comparison.md")]
    [InlineData("metrics", "training.md")]
    public void Pages_and_schemas_name_the_same_keys(string format, string page)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", page));
        var named = Words().Matches(text).Select(static match => match.Value).ToHashSet(StringComparer.Ordinal);
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(FormatSchemas.Folder, format + ".schema.json")));
        var keys = Keys(schema.RootElement).ToHashSet(StringComparer.Ordinal);

        Assert.Contains(format + ".schema.json", text, StringComparison.Ordinal);
        Assert.DoesNotContain(keys, key => !named.Contains(key));
        Assert.DoesNotContain(Table(text, format), key => !keys.Contains(key));
    }

    // The names in the first column of the table that follows the page's link to the schema.
    private static IEnumerable<string> Table(string text, string format)
    {
        var after = text[text.IndexOf(format + ".schema.json", StringComparison.Ordinal)..];
        var rows = after.Split('\n').SkipWhile(static line => !line.StartsWith("|---", StringComparison.Ordinal)).Skip(1).TakeWhile(static line => line.StartsWith('|')).ToArray();
        Assert.NotEmpty(rows);
        return rows.SelectMany(static row => Code().Matches(row.Split('|')[1]).Select(static match => match.Groups[1].Value));
    }

    private static IEnumerable<string> Keys(JsonElement schema) => schema.ValueKind switch
    {
        JsonValueKind.Object => schema.EnumerateObject().SelectMany(static property => property.Name == "properties"
            ? property.Value.EnumerateObject().SelectMany(static key => Keys(key.Value).Prepend(key.Name))
            : Keys(property.Value)),
        JsonValueKind.Array => schema.EnumerateArray().SelectMany(Keys),
        _ => [],
    };

    private static IEnumerable<string> Enumeration(string format, string path)
    {
        var node = JsonNode.Parse(File.ReadAllText(Path.Combine(FormatSchemas.Folder, format + ".schema.json")))!;
        return path.Split('/').Aggregate(node, static (current, name) => current[name]!)["enum"]!.AsArray().Select(static value => value!.GetValue<string>());
    }

    // The same with no more than two rows in any list of objects: a key is lost from the first.
    private static JsonNode Shortened(JsonNode node)
    {
        foreach (var child in node is JsonObject map ? map.Select(static pair => pair.Value) : node is JsonArray array ? array : [])
        {
            if (child is JsonArray { Count: > 2 } list && list[0] is JsonObject)
            {
                list.RemoveRange(2, list.Count - 2);
            }

            if (child is not null)
            {
                Shortened(child);
            }
        }

        return node;
    }

    // Paths of the objects that have keys of their own; what maps names to values may have any.
    private static IEnumerable<string[]> Objects(JsonNode? node, string[] path) => node switch
    {
        JsonObject when path is [.., "predictions" or "settings" or "overridden_settings" or "texts" or "environment" or "configuration"] => [],
        JsonObject map => map.SelectMany(pair => Objects(pair.Value, [.. path, pair.Key])).Prepend(path),
        JsonArray { Count: > 0 } list => Objects(list[0], [.. path, "0"]),
        _ => [],
    };

    private static JsonObject At(JsonNode root, string[] path) =>
        path.Aggregate(root, static (node, name) => (node is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : node[name])!).AsObject();

    private static Dictionary<string, string> Write()
    {
        var benchmark = KitchenFiles.Render(new SyntheticKitchen(3)).ToDictionary(static file => file.Name, static file => Encoding.UTF8.GetString(file.Content.Span));
        var run = new SyntheticRun(2);
        using var folder = new TemporaryFolder();
        BaselineFile.Write(folder["baseline.json"], Baseline.From(RunResults.Merge(run.Record.Identity, run.Sets, [("results", new ResultFile([.. run.Lines(Shard.Whole)], 0, 0))]), "run"));
        using var comparison = new StringWriter(CultureInfo.InvariantCulture);
        SectionWriter.Write(ComparisonTables.All(RunComparison.Of([MadeUpRuns.Of("strong", 0.8)], SplitFiles.None)), ["a note"], "json", comparison);
        using var kitchen = new TrainingKitchen();
        kitchen.Build(kitchen.Recipe(new TrainingSettings { OptionsPerQuestion = 4, PriorActionShare = 1 }));
        return new Dictionary<string, string>
        {
            ["question"] = benchmark["tim.jsonl"].Split('\n')[0],
            ["manifest"] = benchmark[BenchmarkFolder.ManifestName],
            ["run"] = Encoding.UTF8.GetString(RunJson.ToBytes(run.Record)),
            ["result"] = Encoding.UTF8.GetString(RunJson.ToLine(run.Lines(Shard.Whole).First())),
            ["baseline"] = File.ReadAllText(folder["baseline.json"]),
            ["comparison"] = comparison.ToString(),
            ["training-row"] = File.ReadAllLines(kitchen.Folder["set/mqa-tim-narration.jsonl"])[5],
        };
    }

    [GeneratedRegex("[a-z0-9_]+")]
    private static partial Regex Words();

    [GeneratedRegex("`([a-z0-9_]+)`")]
    private static partial Regex Code();
}
