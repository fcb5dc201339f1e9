using System.Text.Json.Nodes;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Remote.Tests;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>Sets of other benchmarks, from made-up metadata, through every command that takes a set of ours.</summary>
public sealed class ImportBenchmarkProcessTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "data", "demo");
    private static readonly string Metadata = Path.Combine(Repository.Root, "tests", "Goldens", "published-metadata");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task An_imported_set_is_a_set_to_every_command()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");
        PlaceVideos("-made_up1", "_made-up2");
        await DoneAsync("import-benchmark", "video-mme", "--from", Path.Combine(Metadata, "video-mme.parquet"), "--subtitles", Path.Combine(Metadata, "subtitles"), "--videos", _folder["videos"], "--output", _folder["mme"]);

        Assert.Contains("correct; 12 questions in 2 sets", (await DoneAsync("verify-benchmark", _folder["mme"])).Output, StringComparison.Ordinal);
        Assert.Contains("Knowledge", (await DoneAsync("describe-benchmark", _folder["mme"], "--section", "categories")).Output, StringComparison.Ordinal);
        var shown = (await DoneAsync("show", _folder["mme"], "--id", "001-1")).Output;
        Assert.Contains("001-1  set video-mme  -made_up1 whole video  domain Knowledge, duration short, sub_category Technology, task_type Counting Problem", shown, StringComparison.Ordinal);
        Assert.Contains("<image>\nThis video's subtitles are listed below: \nfirst words,\n", shown, StringComparison.Ordinal);
        Assert.Contains("A. One.\nB. Two.\nC. Three.\nD. Four.\nThe best answer is:<|im_end|>", shown, StringComparison.Ordinal);

        await EvaluateAsync("mme", "run", "--scoring", "letter,published", "--max-new-tokens", "3");
        await EvaluateAsync("mme", "blind", "--control", "blind");
        var line = JsonNode.Parse(File.ReadLines(Path.Combine(_folder["run"], "results-1of1.jsonl")).First())!;
        Assert.Equal(["letter", "published", "published-2026-04", "staged", "strict"], line["predictions"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal));
        var seconds = line["frame_seconds"]!.AsArray().Select(time => (double)time!).ToList();
        Assert.InRange(seconds.Count, 2, 63);
        Assert.All(seconds.Zip(seconds.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 0.9, 1.1));

        var comparison = (await DoneAsync("compare", _folder["run"], _folder["blind"], "--format", "csv", "--section", "splits")).Output;
        Assert.Contains(",task_type,OCR Problems,", comparison, StringComparison.Ordinal);
        Assert.DoesNotContain("clip length", comparison, StringComparison.Ordinal);
        await DoneAsync("report", _folder["run"], "--output", _folder["report.html"], "--videos", _folder["videos"]);
        Assert.Contains("How many bowls are there", await File.ReadAllTextAsync(_folder["report.html"]), StringComparison.Ordinal);
        await DoneAsync("check", _folder["run"], "--write-baseline", _folder["baseline.json"]);
        await DoneAsync("check", _folder["run"], "--baseline", _folder["baseline.json"]);
        foreach (var target in new[] { "huggingface", "lmms-eval", "vlmevalkit" })
        {
            await DoneAsync("export-benchmark", _folder["mme"], "--to", target, "--videos", _folder["videos"], "--output", _folder[target]);
        }

        Assert.DoesNotContain("EPIC-KITCHENS", await File.ReadAllTextAsync(_folder["huggingface/README.md"]), StringComparison.Ordinal);
        Assert.DoesNotContain("cc-by", await File.ReadAllTextAsync(_folder["huggingface/README.md"]), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Answers_of_other_programs_and_a_service_fit_an_imported_set()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");
        PlaceVideos("made_0", "made_1", "made_2", "made_3", "long_0");
        await DoneAsync("import-benchmark", "mvbench", "--from", Path.Combine(Metadata, "mvbench"), "--bounds", "--output", _folder["mv"]);
        await File.WriteAllLinesAsync(_folder["answers.csv"], ["id,answer", .. Enumerable.Range(0, 4).Select(i => $"action_antonym_{i},(B) It closes the lid."), "action_localization_0,A man comes in"]);
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("B", top: [("B", -0.2), ("A", -2), ("C", -3), ("D", -4)]));

        await DoneAsync("import-answers", _folder["theirs"], "--from", _folder["answers.csv"], "--benchmark", _folder["mv"], "--model", "theirs", "--frames", "16");
        var asked = await CliProcess.RunAsync(
            ["evaluate-model", "--benchmark", _folder["mv"], "--engine", "openai", "--model", "served", "--base-url", server.BaseUrl.ToString(), "--videos", _folder["videos"], "--frames", "2", "--output", _folder["served"]],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["OPENAI_API_KEY"] = "none" });

        Assert.True(asked.ExitCode == ExitCode.Done, asked.Error);
        Assert.Contains(@"\nOption:\n(A) ", server.Seen.Last().Body.ToJsonString(), StringComparison.Ordinal);
        var compared = JsonNode.Parse((await DoneAsync("compare", _folder["theirs"], _folder["served"], "--format", "json", "--section", "scorings")).Output)!.ToJsonString();
        Assert.Contains("accuracy by published", compared, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_benchmark_without_truths_has_no_accuracy_and_a_submission()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");
        PlaceVideos("v1");
        _folder.Write("full.jsonl", """
            {"video_idx": "v1", "question": "What?", "option": ["A. x", "B. y", "C. z"], "answer": null}
            {"video_idx": "v2", "question": "What?", "option": ["A. x", "B. y", "C. z"], "answer": null}
            """);
        await DoneAsync("import-benchmark", "egoschema", "--from", _folder["full.jsonl"], "--output", _folder["ego"]);

        var run = await RunAsync("ego", "run", "--submission", "--prompt", "egocentric");

        Assert.Equal(ExitCode.Incomplete, run.ExitCode);
        var submission = JsonNode.Parse(await File.ReadAllTextAsync(_folder["run/submission-egoschema-64.json"]))!.AsObject();
        Assert.InRange((int)submission["v1"]!, 0, 2);
        Assert.Equal(-1, (int)submission["v2"]!);
        Assert.Null(JsonNode.Parse(await File.ReadAllTextAsync(_folder["run/summary.json"]))!["cells"]![0]!["accuracy"]);
        Assert.Contains("you are the person", await File.ReadAllTextAsync(_folder["run/run.json"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--task cot: nextqa is asked with its published prompt", "--task", "cot")]
    [InlineData("nextqa does not publish how long its videos are", "--time-instruction", "on")]
    [InlineData("the questions of nextqa are about no actions", "--prior-actions", "oracle")]
    [InlineData("--submission: a submission ranks action classes", "--submission")]
    [InlineData("--rotations 6: expected 1 to 5", "--rotations", "6")]
    public async Task What_does_not_fit_an_imported_set_is_said(string expected, params string[] arguments)
    {
        await DoneAsync("import-benchmark", "nextqa", "--from", Path.Combine(Metadata, "nextqa.csv"), "--output", _folder["nextqa"]);

        var result = await CliProcess.RunAsync(["evaluate-model", "--benchmark", _folder["nextqa"], "--model", Path.Combine(Demo, "tiny-random"), "--control", "blind", "--output", _folder["run"], .. arguments]);

        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private void PlaceVideos(params string[] names)
    {
        Directory.CreateDirectory(_folder["videos"]);
        foreach (var name in names)
        {
            File.Copy(Path.Combine(Demo, "videos", "P01", "P01_11.MP4"), _folder[$"videos/{name}.mp4"]);
        }
    }

    private async Task EvaluateAsync(string benchmark, string run, params string[] more)
    {
        var result = await RunAsync(benchmark, run, more);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
    }

    private Task<CliResult> RunAsync(string benchmark, string run, params string[] more) => CliProcess.RunAsync(
    [
        "evaluate-model", "--benchmark", _folder[benchmark], "--model", Path.Combine(Demo, "tiny-random"), "--videos", _folder["videos"], "--video-layout", "epic",
        "--frames", "64", "--frame-policy", "fps", "--engine", "cpu", "--output", _folder[run], .. more,
    ]);

    private static async Task<CliResult> DoneAsync(params string[] arguments)
    {
        var result = await CliProcess.RunAsync(arguments);
        Assert.True(result.ExitCode == ExitCode.Done, result.Error);
        return result;
    }
}
