using System.Text.Json;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Cases;

/// <summary>
/// Files that once gave a wrong result or a stack trace, each with what a user must get: taken from the folder that
/// <c>LLAVACTION_CASES</c> names, else <c>../shared/cases</c> beside the working copy, where there is one.
/// </summary>
public sealed class FoundFaultsTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "data", "demo", "annotations");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("dumps/c1_dict.pkl", 0, "")]
    [InlineData("dumps/json_by_id.json", 0, "")]
    [InlineData("dumps/avion.npz", 2, "NumPy arrays in a zip (.npz)|python3 -c")]
    [InlineData("dumps/probs.npy", 2, "a single NumPy array (.npy)|python3 -c")]
    [InlineData("dumps/avion_torchsave_legacy.pt", 2, "torch.save in its old format|python3 -c|numpy()")]
    [InlineData("dump_saturated/fp32.pkl", 0, "")]
    [InlineData("dump_saturated/fp16.pkl", 0, "")]
    [InlineData("dump_saturated/allzero.pkl", 2, "row 0 (P01_11_0|all 35 scores of probs are 0")]
    [InlineData("hostile/lone-surrogate-submission.json", 2, "no valid Unicode")]
    [InlineData("hostile/lone-surrogate-challenge.json", 2, "no valid Unicode")]
    [InlineData("hostile/esc.csv", 2, "[2J")]
    public async Task A_dump_is_read_or_named(string file, int exitCode, string parts)
    {
        var result = await CliProcess.RunAsync([.. Build(Path.Combine(Demo, "EPIC_100_validation.csv")), "--strategy", $"avion={Case(file)}"]);
        Check(result, exitCode, parts);
        Assert.DoesNotContain('\u001b', result.Error);
    }

    [SkippableTheory]
    [InlineData("ann_pkl/EPIC_100_validation.pkl", "pickled by pandas|Give the CSV of the same release")]
    [InlineData("ann_test/EPIC_100_test_timestamps.csv", "its labels are not published, so no questions can be made of it")]
    [InlineData("ann_tsv/EPIC_100_validation.tsv", "separated by tabs")]
    public async Task Annotations_of_another_kind_are_named(string file, string parts) =>
        Check(await CliProcess.RunAsync([.. Build(Case(file)), "--strategy", "random"]), 2, parts);

    [SkippableFact]
    public async Task Ids_with_a_header_and_quotes_are_read()
    {
        var result = await CliProcess.RunAsync([.. Build(Path.Combine(Demo, "EPIC_100_validation.csv")), "--strategy", "random", "--ids", Case("ids_quoted.csv")]);
        Check(result, 0, "");
    }

    [SkippableFact]
    public async Task Half_precision_gives_the_questions_of_full_precision()
    {
        foreach (var precision in new[] { "fp16", "fp32" })
        {
            Check(await CliProcess.RunAsync([.. Build(Path.Combine(Demo, "EPIC_100_validation.csv"), precision), "--strategy", $"avion={Case($"dump_saturated/{precision}.pkl")}"]), 0, "");
        }

        Assert.Equal(File.ReadAllText(_folder["fp32/avion.jsonl"]), File.ReadAllText(_folder["fp16/avion.jsonl"]));
    }

    [SkippableFact]
    public async Task A_rank_of_a_thousand_million_is_a_violation_at_once()
    {
        var result = await CliProcess.RunAsync(["verify-benchmark", Case("hostile/rankbomb")], environment: null, timeout: TimeSpan.FromSeconds(30));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("VIOLATION", result.Output, StringComparison.Ordinal);
        Assert.Contains("line 1: ranks", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ties_at_the_cut_are_counted_in_table_manifest_and_card()
    {
        // The fifth and the sixth class of every clip have one score.
        using var inputs = new Benchmarks.InputFolder();
        var lines = inputs.Read("tim.csv").Split('\n').Select(static line => line.Split(',') is [var id, "6", var verb, var noun, _] ? $"{id},6,{verb},{noun},@" : line).ToArray();
        for (var i = 1; i < lines.Length; i++)
        {
            lines[i] = lines[i].Replace("@", lines[i - 1].Split(',')[^1], StringComparison.Ordinal);
        }

        inputs.Write("tied.csv", string.Join('\n', lines));
        var built = await CliHost.RunAsync(inputs.Build("--strategy", $"tim={inputs["tied.csv"]}"));
        Check(built, 0, "");
        Assert.Contains("Ties at the cut", built.Output, StringComparison.Ordinal);
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(inputs.Output, "manifest.json")));
        Assert.Equal(12, manifest.RootElement.GetProperty("sets")[0].GetProperty("ties_at_cut").GetInt32());
        Assert.Contains("Ties at the cut", (await CliHost.RunAsync("describe-benchmark", inputs.Output)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await CliHost.RunAsync("verify-benchmark", inputs.Output)).ExitCode);
    }

    [Theory]
    [InlineData("random.jsonl", "\"answer_index\":", "\"answer_index\":-", "answer_index -")]
    [InlineData("random.jsonl", "\"options\":[", "\"options\":[null,", "6 options")]
    [InlineData("random.jsonl", "\"also_true\":[null", "\"also_true\":[", "")]
    [InlineData("random.jsonl", "\"option_ranks\":[null", "\"option_ranks\":[0", "a rank is below 1")]
    [InlineData("random.jsonl", "\"stop_seconds\":", "\"stop_seconds\":-", "the clip lasts from")]
    [InlineData("manifest.json", "\"schema_version\": ", "\"schema_version\": \"1\", \"x\": ", "not a benchmark manifest")]
    [InlineData("manifest.json", "\"questions\": 12", "\"questions\": -12", "questions is -12; expected at least 0")]
    [InlineData("manifest.json", "\"protocol\": \"mqa\"", "\"protocol\": 0", "not a benchmark manifest")]
    [InlineData("manifest.json", "\"sets\": [", "\"sets\": [null,", "an entry of sets is null")]
    [InlineData("manifest.json", "\"pool_classes\": 35", "\"pool_classes\": 2000000000", "pool_classes is 2000000000")]
    [InlineData("manifest.json", "\"chance\": 0.2", "\"chance\": 7", "chance is 7")]
    [InlineData("manifest.json", "\"judges\": []", "\"judges\": [null]", "a judge is null")]
    public async Task A_damaged_set_is_an_input_error_for_whoever_reads_it(string file, string old, string replacement, string expected)
    {
        using var inputs = new Benchmarks.InputFolder();
        Check(await CliHost.RunAsync(inputs.Build("--strategy", "random")), 0, "");
        var path = Path.Combine(inputs.Output, file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        text = string.Concat(text.AsSpan(0, text.IndexOf(old, StringComparison.Ordinal)), replacement, text.AsSpan(text.IndexOf(old, StringComparison.Ordinal) + old.Length));
        File.WriteAllText(path, text);
        if (file != "manifest.json")
        {
            // The manifest's hash is made right, so that the line itself has to be judged.
            var manifest = Path.Combine(inputs.Output, "manifest.json");
            var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)));
            File.WriteAllText(manifest, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(manifest), "(\"file\": \"random.jsonl\",\\s+\"sha256\": \")[0-9a-f]{64}", "${1}" + hash));
        }

        foreach (var command in new[] { "describe-benchmark", "show" })
        {
            var result = await CliHost.RunAsync(command, inputs.Output);
            Assert.True(result.ExitCode == 2, $"{command}: {result.ExitCode} {result.Error}");
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }

        Assert.InRange((await CliHost.RunAsync("verify-benchmark", inputs.Output)).ExitCode, 1, 2);
    }

    [Fact]
    public async Task A_dump_whose_columns_stand_for_other_classes_is_doubted()
    {
        // TIM's scores of the demo, read in the right class order and in one that is turned round.
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "data", "demo", "predictions", "tim_pred_ids_val.json")));
        var rankings = json.RootElement.EnumerateObject().Select(static row => row.Value.GetProperty("predictions").EnumerateArray().Select(static text => text.GetString()!).ToArray()).ToArray();
        var classes = rankings.SelectMany(static ranking => ranking).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        string[] ids = [.. File.ReadLines(Path.Combine(Demo, "EPIC_100_validation.csv")).Skip(1).Select(static line => "v_" + line.Split(',')[0])];
        float[] scores = [.. rankings.SelectMany(ranking => classes.Select(entry => Array.IndexOf(ranking, entry) is var rank and >= 0 ? 1f / (2 + rank) : 0f))];
        var dump = _folder.Write("tim.pkl", PickleBuilder.Write(4, pickle => pickle.Dict(
            ("action", value => value.Array("f4", [ids.Length, classes.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()).ToArray())),
            ("v_narration_ids", value => value.ObjectArray(ids)))));
        foreach (var (order, message) in new[] { (classes, ""), (classes.Reverse().ToArray(), "tim: the true class is among its first 5 for") })
        {
            var path = _folder.Write("classes.csv", string.Join('\n', order.Select(static (entry, number) => $"{number},{entry.Replace(':', ',')}").Prepend("action_class,verb_class,noun_class")));
            var result = await CliProcess.RunAsync([.. Build(Path.Combine(Demo, "EPIC_100_validation.csv")), "--strategy", $"tim={dump}", "--classes", path, "--force"]);
            Check(result, 0, message);
            Assert.Equal(message.Length > 0, result.Error.Contains("its columns stand for other classes", StringComparison.Ordinal));
            Assert.Equal(message.Length > 0, (await CliHost.RunAsync("describe-benchmark", _folder["mqa"])).Output.Contains("a set made from it measures nothing", StringComparison.Ordinal));
        }
    }

    private static string Case(string file)
    {
        var folder = Environment.GetEnvironmentVariable("LLAVACTION_CASES") ?? Path.Combine(Repository.Root, "..", "shared", "cases");
        var path = Path.GetFullPath(Path.Combine(folder, file));
        Skip.IfNot(Path.Exists(path), $"{path} is not there; LLAVACTION_CASES names the folder of cases");
        return path;
    }

    private string[] Build(string annotations, string output = "mqa") =>
    [
        "build-benchmark", "--annotations", annotations, "--narrations", Path.Combine(Demo, "EPIC_100_train.csv"),
        "--verb-classes", Path.Combine(Demo, "EPIC_100_verb_classes.csv"), "--noun-classes", Path.Combine(Demo, "EPIC_100_noun_classes_v2.csv"), "--output", _folder[output],
    ];

    private static void Check(CliResult result, int exitCode, string parts)
    {
        Assert.True(result.ExitCode == exitCode, $"exit code {result.ExitCode}: {result.Error}{result.Output}");
        Assert.All(parts.Split('|'), part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }
}
