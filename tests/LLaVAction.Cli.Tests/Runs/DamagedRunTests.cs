using System.Text.Json.Nodes;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary>
/// Runs that were damaged, mixed up with others or not finished: <c>compare</c>, <c>report</c> and <c>check</c> say so in
/// one line, and leave every file as it was.
/// </summary>
public sealed class DamagedRunTests : IDisposable
{
    private readonly RunsFolder _folder = new(limit: 12);

    public DamagedRunTests()
    {
        _folder.Make("run", 0.6, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("no folder", "run: no such folder; expected a run made by 'llavaction evaluate-model")]
    [InlineData("no record", "run: there is no run.json, so this is not a run")]
    [InlineData("record truncated", "run.json: not the record of a run")]
    [InlineData("record of another schema", "run.json: schema_version 7; this version of the tool reads 1")]
    [InlineData("questions missing", "tim.jsonl: missing; start the same 'llavaction evaluate-model' again to restore it")]
    [InlineData("questions changed", "tim.jsonl: SHA-256 is ")]
    [InlineData("manifest missing", "manifest.json: missing, or not the manifest of this run's benchmark")]
    [InlineData("line damaged", "results-1of1.jsonl line 5: not a result line")]
    [InlineData("results of another benchmark", "results-2of2.jsonl line 1: id 'P01_12_1' is not a question of set 'random' in this run. The file belongs to another run; move it away.")]
    [InlineData("results of other frames", "results-2of2.jsonl line 1: 2 frames, rotation 0; this run has 8, 16 frames")]
    [InlineData("results of another strategy", "results-2of2.jsonl line 1: strategy 'avion' is not in this run (random, tim)")]
    [InlineData("results of other options", "results-2of2.jsonl line 1: answer or options of 'P01_11_0' are not those of set 'random'")]
    public async Task Damage_is_named_with_file_and_line_and_nothing_is_changed(string damage, string reason)
    {
        Spoil(damage);
        var before = Contents();

        foreach (var command in new[] { "compare", "report", "check" })
        {
            // The manifest is for comparisons alone.
            if (command == "check" && damage == "manifest missing")
            {
                continue;
            }

            string[] more = command switch
            {
                "report" => ["-o", _folder["report.html"]],
                "check" => ["--write-baseline", _folder["baseline.json"]],
                _ => [],
            };
            var result = await CliHost.RunAsync([command, _folder["run"], .. more]);

            Assert.True(result.ExitCode == 2, $"{command}: exit code {result.ExitCode}: {result.Error}");
            Assert.Contains(reason, result.Error, StringComparison.Ordinal);
            Assert.Single(result.ErrorLines);
            Assert.Empty(result.Output);
        }

        Assert.Equal(before, Contents());
    }

    [Theory]
    [InlineData("{\"id\":\"P01_11_0\",\"strat")]
    [InlineData("\0\0\0\0\0\0\0\0")]
    public async Task A_torn_end_is_a_result_that_is_not_there_yet(string tail)
    {
        var results = _folder["run/results-1of1.jsonl"];
        var lines = File.ReadAllLines(results);
        File.WriteAllText(results, string.Join('\n', lines[..^1]) + "\n" + tail);

        var compared = await CliHost.RunAsync("compare", _folder["run"]);
        var reported = await CliHost.RunAsync("report", _folder["run"], "-o", _folder["report.html"]);

        Assert.Equal((3, 3), (compared.ExitCode, reported.ExitCode));
        Assert.Contains("47 of 48 results; missing ones count as wrong", compared.Output, StringComparison.Ordinal);
        Assert.Contains("47 of 48 results", File.ReadAllText(_folder["report.html"]), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["run/summary.json"]));
        Assert.EndsWith(tail, File.ReadAllText(results), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parts_in_any_mix_are_the_run_and_an_answer_beats_a_failure()
    {
        var whole = await CliHost.RunAsync("compare", _folder["run"], "--format", "json");
        var lines = File.ReadAllLines(_folder["run/results-1of1.jsonl"]);
        var failure = (JsonObject)JsonNode.Parse(lines[0])!;
        RunsFolder.Fail(failure);
        File.Delete(_folder["run/results-1of1.jsonl"]);
        File.WriteAllLines(_folder["run/results-1of3.jsonl"], lines.Where((_, index) => index % 3 == 0).Reverse());
        File.WriteAllLines(_folder["run/results-3of3.jsonl"], lines.Where((_, index) => index % 3 == 2).Prepend(failure.ToJsonString()));
        File.WriteAllLines(_folder["run/results-2of3.jsonl"], lines.Where((_, index) => index % 3 == 1));
        File.WriteAllLines(_folder["run/results-1of1.jsonl"], lines[10..20]);

        var parts = await CliHost.RunAsync("compare", _folder["run"], "--format", "json");

        Assert.Equal((0, 0), (whole.ExitCode, parts.ExitCode));
        Assert.Equal(whole.Output, parts.Output);
    }

    [Theory]
    [InlineData("is named twice", "compare", "@run", "@run/")]
    [InlineData("'pair' is not a section of this result (", "compare", "@run", "--section", "pair")]
    [InlineData("nowhere: no such folder", "compare", "@run", "--annotations-folder", "@nowhere")]
    [InlineData("nowhere: no such file", "compare", "@run", "--bias-scores", "@nowhere")]
    [InlineData("tim.jsonl line 1", "compare", "@run", "--bias-scores", "@mqa/tim.jsonl")]
    [InlineData("--output", "report", "@run")]
    [InlineData("is a folder, expected a file to write", "report", "@run", "-o", "@run")]
    [InlineData("nowhere", "report", "@run", "-o", "@report.html", "--videos", "@nowhere")]
    public async Task Wrong_options_are_refused(string reason, params string[] arguments)
    {
        var result = await CliHost.RunAsync([.. arguments.Select(argument => argument.StartsWith('@') ? _folder[argument[1..]] : argument)]);

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["report.html"]));
    }

    [SkippableFact]
    public async Task Corrupt_and_missing_videos_leave_a_report_without_those_frames()
    {
        Skip.If((await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode != 0, "needs ffmpeg");
        var videos = _folder["videos"];
        Directory.CreateDirectory(Path.Combine(videos, "P01"));
        File.WriteAllBytes(Path.Combine(videos, "P01", "P01_11.MP4"), File.ReadAllBytes(Path.Combine(Repository.Root, "data", "demo", "videos", "P01", "P01_11.MP4"))[..3000]);

        var result = await CliHost.RunAsync("report", _folder["run"], "-o", _folder["report.html"], "--videos", videos, "--examples", "2");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("no thumbnails", result.Error, StringComparison.Ordinal);
        Assert.Contains("<article class=\"example\" data-answer=", File.ReadAllText(_folder["report.html"]), StringComparison.Ordinal);
    }

    private Dictionary<string, string> Contents() => Directory.GetFiles(_folder[""], "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))));

    private void Spoil(string damage)
    {
        var record = _folder["run/run.json"];
        var results = _folder["run/results-1of1.jsonl"];
        switch (damage)
        {
            case "no folder":
                Directory.Delete(_folder["run"], recursive: true);
                break;
            case "no record":
                File.Delete(record);
                break;
            case "record truncated":
                File.WriteAllText(record, File.ReadAllText(record)[..300]);
                break;
            case "record of another schema":
                File.WriteAllText(record, File.ReadAllText(record).Replace("\"schema_version\": 1", "\"schema_version\": 7", StringComparison.Ordinal));
                break;
            case "questions missing":
                File.Delete(_folder["run/benchmark/tim.jsonl"]);
                break;
            case "questions changed":
                File.AppendAllText(_folder["run/benchmark/tim.jsonl"], " ");
                break;
            case "manifest missing":
                File.Delete(_folder["run/benchmark/manifest.json"]);
                break;
            case "line damaged":
                var lines = File.ReadAllLines(results);
                lines[4] = lines[4][..40];
                File.WriteAllLines(results, lines);
                break;
            case "results of other frames":
                _folder.Make("other", 0.6, 1);
                Directory.Delete(_folder["run"], recursive: true);
                _folder.Make("run", 0.6, 1, identity: static run => run with { Frames = run.Frames with { Counts = [8, 16] } });
                Foreign("other");
                break;
            case "results of another strategy":
                _folder.Make("other", 0.6, 1);
                Foreign("other", "\"strategy\":\"random\"", "\"strategy\":\"avion\"");
                break;
            case "results of other options":
                _folder.Make("other", 0.6, 1, change: static line =>
                {
                    line["answer_index"] = ((int)line["answer_index"]! + 1) % RunsFolder.Options;
                    line["correct"] = (int)line["answer_index"]! == (int)line["predicted_index"]!;
                    return true;
                });
                Foreign("other");
                break;
            default:
                File.WriteAllText(_folder["ids.txt"], "P01_12_1\nP01_12_2\n");
                _folder.Build("mqa2", "--ids", _folder["ids.txt"]);
                _folder.Make("other", 0.6, 1, benchmark: "mqa2");
                Foreign("other");
                break;
        }
    }

    /// <summary>Puts the results of another run among those of the run.</summary>
    private void Foreign(string other, string old = "", string replacement = "")
    {
        var text = File.ReadAllText(_folder[other + "/results-1of1.jsonl"]);
        File.WriteAllText(_folder["run/results-2of2.jsonl"], old.Length == 0 ? text : text.Replace(old, replacement, StringComparison.Ordinal));
    }
}
