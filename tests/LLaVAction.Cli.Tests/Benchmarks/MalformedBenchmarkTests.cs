using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>Folders that are no benchmark, or no longer the one that was built, and wrong questions to a good one.</summary>
public sealed class MalformedBenchmarkTests : IDisposable
{
    private readonly InputFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("no folder", "no such folder")]
    [InlineData("no manifest", "there is no manifest.json, so this is not a complete benchmark")]
    [InlineData("no set", "tim.jsonl is missing though manifest.json lists it")]
    [InlineData("manifest truncated", "manifest.json: not a benchmark manifest")]
    [InlineData("manifest of another schema", "schema_version 99; this version of the tool reads")]
    [InlineData("manifest with a path for a set", "set 'tim' with file '../tim.jsonl'")]
    [InlineData("manifest without sets", "sets is 0; expected at least one set")]
    [InlineData("manifest empty", "manifest.json: not a benchmark manifest")]
    public async Task A_folder_that_is_no_benchmark_is_refused_by_every_command(string damage, string reason)
    {
        await _folder.BuildAsync();
        Spoil(damage);

        string[][] commands =
        [
            ["verify-benchmark", _folder.Output],
            ["show", _folder.Output],
            ["describe-benchmark", _folder.Output],
            ["evaluate-model", "--benchmark", _folder.Output, "--model", _folder["m"], "--videos", _folder["v"], "--output", _folder["run"]],
        ];
        foreach (var command in commands)
        {
            var result = await CliHost.RunAsync(command);

            Assert.True(result.ExitCode == 2, $"{command[0]}: exit code {result.ExitCode}: {result.Error}");
            Assert.Contains(_folder.Output, result.Error, StringComparison.Ordinal);
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"answer_index\":", "\"answer_index\":1", "\"answer_index\":0")]
    [InlineData("place carrot and cup", "place carrot and cup", "place carrot and cap")]
    [InlineData("last line", "}\n", "}")]
    public async Task A_changed_set_fails_verification_and_is_refused_elsewhere(string what, string old, string replacement)
    {
        await _folder.BuildAsync();
        var text = _folder.Read("mqa/tim.jsonl");
        var place = text.LastIndexOf(old, StringComparison.Ordinal);
        _folder.Write("mqa/tim.jsonl", string.Concat(text.AsSpan(0, place), replacement, text.AsSpan(place + old.Length)));

        var verified = await CliHost.RunAsync("verify-benchmark", _folder.Output);
        var shown = await CliHost.RunAsync("show", _folder.Output);
        var described = await CliHost.RunAsync("describe-benchmark", _folder.Output);

        Assert.NotEmpty(what);
        Assert.Equal((1, 2, 2), (verified.ExitCode, shown.ExitCode, described.ExitCode));
        Assert.Contains("VIOLATION", verified.Output, StringComparison.Ordinal);
        Assert.Contains("NOT correct", verified.Output, StringComparison.Ordinal);
        Assert.All([shown, described], result => Assert.Contains("the set was changed after it was built", result.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("show", "--id P01_11_999", "--id P01_11_999: there is no such question")]
    [InlineData("show", "--id P01_11_00", "Did you mean 'P01_11_0'?")]
    [InlineData("show", "--strategy avion", "there is no set 'avion'; the benchmark has tim")]
    [InlineData("show", "--limit 0", "--limit 0: expected a whole number of at least 1")]
    [InlineData("show", "--tokens", "add --model DIR")]
    [InlineData("describe-benchmark", "--section judge", "'judge' is not a section of this result (")]
    [InlineData("describe-benchmark", "--narrations @train.csv", "need")]
    [InlineData("verify-benchmark", "--strategy tim=@tim.json", "need")]
    [InlineData("verify-benchmark", "--annotations @val.csv --strategy random", "random given, but")]
    [InlineData("verify-benchmark", "--annotations @val.csv --strategy tim=@tim.json --ids @val.csv", "was built without --ids; leave the option out")]
    public async Task Wrong_questions_to_a_benchmark_are_refused(string command, string options, string reason)
    {
        await _folder.BuildAsync();

        var result = await CliHost.RunAsync([command, _folder.Output, .. options.Replace("@", _folder[""] + "/", StringComparison.Ordinal).Split(' ')]);

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Empty(result.Output);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rebuilding_from_other_sources_is_a_failed_check_that_names_them()
    {
        await _folder.BuildAsync();
        string[] sources =
        [
            "--annotations", _folder["val.csv"], "--narrations", _folder["rest.csv"], "--narrations", _folder["train.csv"],
            "--verb-classes", _folder["verbs.csv"], "--noun-classes", _folder["nouns.csv"], "--strategy", $"tim={_folder["tim.json"]}",
        ];

        var same = await CliHost.RunAsync(["verify-benchmark", _folder.Output, .. sources]);
        _folder.Replace("train.csv", "\nP", "\nQ");
        var other = await CliHost.RunAsync(["verify-benchmark", _folder.Output, .. sources]);

        Assert.True(same.ExitCode == 0, same.Output);
        Assert.Contains("equal to the rebuilt benchmark", same.Output, StringComparison.Ordinal);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("train.csv", other.Output, StringComparison.Ordinal);
    }

    private void Spoil(string damage)
    {
        const string Manifest = "mqa/manifest.json";
        switch (damage)
        {
            case "no folder":
                Directory.Delete(_folder.Output, recursive: true);
                break;
            case "no manifest":
                File.Delete(_folder[Manifest]);
                break;
            case "no set":
                File.Delete(_folder["mqa/tim.jsonl"]);
                break;
            case "manifest truncated":
                _folder.Truncate(Manifest, 500);
                break;
            case "manifest of another schema":
                _folder.Replace(Manifest, "\"schema_version\": 1", "\"schema_version\": 99");
                break;
            case "manifest with a path for a set":
                _folder.Replace(Manifest, "\"tim.jsonl\"", "\"../tim.jsonl\"");
                break;
            case "manifest without sets":
                var text = _folder.Read(Manifest);
                var start = text.IndexOf("\"sets\": [", StringComparison.Ordinal) + "\"sets\": [".Length;
                _folder.Write(Manifest, text.Remove(start, text.LastIndexOf(']') - start));
                break;
            default:
                _folder.Write(Manifest, "");
                break;
        }
    }
}
