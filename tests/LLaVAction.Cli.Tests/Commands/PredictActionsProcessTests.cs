using System.Text.Json;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>From a torch checkpoint and videos to a set built from the dump, as a user does it.</summary>
public sealed class PredictActionsProcessTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "data", "demo");
    private static readonly string Validation = Path.Combine(Demo, "annotations", "EPIC_100_validation.csv");
    private static readonly string Train = Path.Combine(Demo, "annotations", "EPIC_100_train.csv");
    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public async Task A_recognisers_dump_becomes_a_hard_set()
    {
        await RequireFfmpegAsync();
        await ConvertAsync();
        var dump = _folder["teacher.csv"];

        // Two parts, then another format from the same scores.
        var first = await PredictAsync("recogniser", dump, "--limit", "6", "--shard", "1/2");
        Assert.True(first.ExitCode == ExitCode.Done, first.Error);
        Assert.Empty(first.Output);
        Assert.Contains("about", first.Error, StringComparison.Ordinal);
        var second = await PredictAsync("recogniser", dump, "--limit", "6", "--shard", "2/2");
        Assert.True(second.ExitCode == ExitCode.Done, second.Error);
        Assert.Contains("action", second.Output, StringComparison.Ordinal);
        var whole = await PredictAsync("recogniser", _folder["whole.csv"], "--limit", "6");
        Assert.Equal(File.ReadAllText(_folder["whole.csv"]), File.ReadAllText(dump));
        Assert.True(whole.ExitCode == ExitCode.Done, whole.Error);

        using var description = JsonDocument.Parse(File.ReadAllBytes(dump + ".json"));
        Assert.Equal("measured", description.RootElement.GetProperty("provenance").GetString());
        Assert.Equal("avion", description.RootElement.GetProperty("settings").GetProperty("frame_policy").GetString());

        var built = await CliProcess.RunAsync("build-benchmark", "--annotations", Validation, "--narrations", Train, "--strategy", $"teacher={dump}", "--limit", "6", "--output", _folder["mqa"]);
        Assert.True(built.ExitCode == ExitCode.Done, built.Error);
        Assert.Contains("measured", File.ReadAllText(_folder["mqa/manifest.json"]), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await CliProcess.RunAsync("verify-benchmark", _folder["mqa"])).ExitCode);
    }

    [SkippableFact]
    public async Task Any_language_model_is_a_teacher_whose_set_every_command_accepts()
    {
        await RequireFfmpegAsync();
        var model = Path.Combine(Demo, "tiny-random");
        var predicted = await CliProcess.RunAsync(
            "predict-actions", "--model", model, "--annotations", Validation, "--narrations", Train, "--videos", Path.Combine(Demo, "videos"),
            "--limit", "3", "--frames", "2", "--output", _folder["model.csv"], "--engine", "cpu");
        Assert.True(predicted.ExitCode == ExitCode.Done, predicted.Error);
        Assert.Contains("random weights", predicted.Output, StringComparison.Ordinal);

        string[][] commands =
        [
            ["build-benchmark", "--annotations", Validation, "--narrations", Train, "--strategy", $"model={_folder["model.csv"]}", "--limit", "3", "--output", _folder["mqa"]],
            ["verify-benchmark", _folder["mqa"]],
            ["describe-benchmark", _folder["mqa"]],
            ["show", _folder["mqa"]],
            ["evaluate-model", "--benchmark", _folder["mqa"], "--model", model, "--videos", Path.Combine(Demo, "videos"), "--frames", "2", "--output", _folder["run"], "--engine", "cpu"],
            ["compare", _folder["run"]],
            ["report", _folder["run"], "--output", _folder["report.html"]],
        ];
        foreach (var command in commands)
        {
            var result = await CliProcess.RunAsync(command);
            Assert.True(result.ExitCode == ExitCode.Done, $"{command[0]}: {result.Error}");
        }

        Assert.Contains("simulated", File.ReadAllText(_folder["mqa/manifest.json"]), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Clips_without_videos_are_told_before_and_make_the_dump_incomplete()
    {
        await RequireFfmpegAsync();
        await ConvertAsync();
        Directory.CreateDirectory(_folder["videos/P01"]);
        File.CreateSymbolicLink(_folder["videos/P01/P01_11.MP4"], Directory.GetFiles(Path.Combine(Demo, "videos"), "P01_11.*", SearchOption.AllDirectories)[0]);

        var result = await CliProcess.RunAsync(
            "predict-actions", "--model", _folder["recogniser"], "--annotations", Validation, "--videos", _folder["videos"], "--output", _folder["dump.csv"], "--engine", "cpu");

        Assert.True(result.ExitCode == ExitCode.Incomplete, result.Error);
        Assert.Matches("[0-9]+ of 96 clips have no video", result.Error);
        using var description = JsonDocument.Parse(File.ReadAllBytes(_folder["dump.csv.json"]));
        Assert.Contains("missing_video", description.RootElement.GetProperty("failed").GetRawText(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Trimmed_clips_are_scored_and_those_that_are_not_there_are_counted()
    {
        await RequireFfmpegAsync();
        await ConvertAsync();
        Directory.CreateDirectory(_folder["clips/P01"]);
        var video = Directory.GetFiles(Path.Combine(Demo, "videos"), "P01_11.*", SearchOption.AllDirectories)[0];
        var cut = await Shell.RunAsync(
            $"for clip in P01_11_0:0.40:1.77 P01_11_1:2.85:2.24; do IFS=: read id start length <<E\n$clip\nE\nffmpeg -loglevel error -ss $start -i '{video}' -t $length -c:v mpeg4 -q:v 2 '{_folder["clips/P01"]}'/$id.mp4; done");
        Assert.True(cut.ExitCode == 0, cut.Error);
        File.WriteAllText(_folder["ids"], "P01_11_0\nP01_11_1\nP01_11_10\n");

        var result = await CliProcess.RunAsync(
            "predict-actions", "--model", _folder["recogniser"], "--annotations", Validation, "--videos", _folder["clips"], "--ids", _folder["ids"], "--output", _folder["dump.csv"], "--engine", "cpu");

        Assert.True(result.ExitCode == ExitCode.Incomplete, result.Error);
        Assert.Contains("1 of 3 clips have no video in trimmed: P01_11_10.", result.Error, StringComparison.Ordinal);
        using var description = JsonDocument.Parse(File.ReadAllBytes(_folder["dump.csv.json"]));
        Assert.Equal("""{"P01_11_10":"missing_video"}""", JsonSerializer.Serialize(description.RootElement.GetProperty("failed")));
        Assert.Equal("trimmed", description.RootElement.GetProperty("settings").GetProperty("layout").GetString());
        Assert.Contains(description.RootElement.GetProperty("differences").EnumerateArray(), static difference => difference.GetString()!.Contains("cut and compressed again", StringComparison.Ordinal));
        Assert.Equal(["P01_11_0", "P01_11_1"], File.ReadLines(_folder["dump.csv"]).Skip(1).Select(static line => line.Split(',')[0]).Distinct());
    }

    [SkippableFact]
    public async Task A_chunk_shorter_than_its_clips_makes_rows_with_a_status()
    {
        await RequireFfmpegAsync();
        await ConvertAsync();
        Directory.CreateDirectory(_folder["chunks/P01/P01_11.MP4"]);
        var video = Directory.GetFiles(Path.Combine(Demo, "videos"), "P01_11.*", SearchOption.AllDirectories)[0];
        var cut = await Shell.RunAsync(
            $"for chunk in 0:15 15:4; do IFS=: read start length <<E\n$chunk\nE\nffmpeg -loglevel error -ss $start -i '{video}' -t $length -r 30 -c:v mpeg4 -q:v 2 '{_folder["chunks/P01/P01_11.MP4"]}'/$start.MP4; done; cp '{_folder["chunks/P01/P01_11.MP4"]}'/0.MP4 '{_folder["chunks/P01/P01_11.MP4"]}'/30.MP4");
        Assert.True(cut.ExitCode == 0, cut.Error);

        // The clips of the whole first chunk, and one at 26.84 s, which the four seconds from 15 s on do not hold.
        File.WriteAllText(_folder["ids"], "P01_11_0\nP01_11_1\nP01_11_10\n");
        var result = await CliProcess.RunAsync(
            "predict-actions", "--model", _folder["recogniser"], "--annotations", Validation, "--videos", _folder["chunks"], "--ids", _folder["ids"], "--output", _folder["dump.csv"], "--engine", "cpu");

        Assert.True(result.ExitCode == ExitCode.Incomplete, result.Error);
        using var description = JsonDocument.Parse(File.ReadAllBytes(_folder["dump.csv.json"]));
        Assert.Equal("chunks", description.RootElement.GetProperty("settings").GetProperty("layout").GetString());
        Assert.Equal("""{"P01_11_10":"short_video"}""", JsonSerializer.Serialize(description.RootElement.GetProperty("failed")));
        Assert.Equal(["P01_11_0", "P01_11_1"], File.ReadLines(_folder["dump.csv"]).Skip(1).Select(static line => line.Split(',')[0]).Distinct());
    }

    [Fact]
    public async Task What_cannot_be_converted_or_asked_is_one_message()
    {
        TinyRecognizer.Write(_folder["avion.pt"], Train, Validation);
        var one = await CliProcess.RunAsync("convert-recogniser", _folder["avion.pt"], "--annotations", Validation, "--output", _folder["out"]);
        Assert.Equal(ExitCode.BadInput, one.ExitCode);
        Assert.Contains("Give both whole CSVs", Assert.Single(one.ErrorLines), StringComparison.Ordinal);

        await ConvertAsync();
        var views = await PredictAsync("recogniser", _folder["d.csv"], "--views", "2");
        Assert.Equal(ExitCode.BadInput, views.ExitCode);
        Assert.Contains("expected 1, 3, or 3xN", Assert.Single(views.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["d.csv"]));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task RequireFfmpegAsync() =>
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");

    private async Task ConvertAsync()
    {
        TinyRecognizer.Write(_folder["avion.pt"], Train, Validation);
        var converted = await CliProcess.RunAsync("convert-recogniser", _folder["avion.pt"], "--annotations", $"{Train},{Validation}", "--output", _folder["recogniser"]);
        Assert.True(converted.ExitCode == ExitCode.Done, converted.Error);
    }

    private Task<CliResult> PredictAsync(string model, string output, params string[] more) => CliProcess.RunAsync(
        ["predict-actions", "--model", _folder[model], "--annotations", Validation, "--videos", Path.Combine(Demo, "videos"), "--engine", "cpu", "--output", output, .. more]);
}
