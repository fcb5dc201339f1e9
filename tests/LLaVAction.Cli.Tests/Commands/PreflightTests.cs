using LLaVAction.Cli.Options;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>Everything is looked at before the first step, and all that is wrong is told at once.</summary>
public sealed class PreflightTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private string Model => Path.Combine(demo.Demo, "tiny-random");

    [Fact]
    public async Task A_study_names_every_error_before_its_first_step()
    {
        File.WriteAllText(demo["wrong.yaml"], $$"""
            output: {{demo["wrong"]}}
            benchmark: {{demo["mqa"]}}
            evaluate-model: { control: blind }
            runs:
              good: { model: {{Model}} }
              misspelt: { model: {{Model}}m }
              remote: { model: nobody/nothing-at-all }
              rotated: { model: {{Model}}, rotations: 9 }
              elsewhere: { model: {{Model}}, control: none, videos: {{demo["nowhere"]}} }
            """);

        foreach (var more in (string[][])[[], ["--dry-run"]])
        {
            var result = await CliHost.RunAsync(["study", demo["wrong.yaml"], .. more]);

            Assert.Equal(2, result.ExitCode);
            Assert.Contains("4 errors:", result.Error, StringComparison.Ordinal);
            Assert.Contains($"{Model}m: no such folder", result.Error, StringComparison.Ordinal);
            Assert.Contains("hf download nobody/nothing-at-all", result.Error, StringComparison.Ordinal);
            Assert.Contains("run rotated: --rotations 9", result.Error, StringComparison.Ordinal);
            Assert.Contains(demo["nowhere"], result.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(demo["wrong"]));
        }
    }

    [Fact]
    public async Task A_run_that_fails_leaves_the_others_of_a_study_at_work()
    {
        // Another run's folder: its settings differ, which shows only when it is joined.
        Directory.CreateDirectory(demo["partly/runs"]);
        Assert.Equal(0, (await CliHost.RunAsync("evaluate-model", "--benchmark", demo["mqa"], "--model", Model, "--control", "blind", "--frames", "2", "--limit", "1", "-o", demo["partly/runs/taken"])).ExitCode);
        File.WriteAllText(demo["partly.yaml"], $$"""
            output: {{demo["partly"]}}
            benchmark: {{demo["mqa"]}}
            evaluate-model: { control: blind, frames: 4, limit: 2 }
            runs:
              taken: { model: {{Model}} }
              good: { model: {{Model}} }
            """);

        var result = await CliHost.RunAsync("study", demo["partly.yaml"]);

        Assert.True(result.ExitCode == 3, result.Error);
        Assert.Contains("Run taken failed", result.Error, StringComparison.Ordinal);
        Assert.Contains("--frames: the run has [2], this command has [4]", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(demo["partly/runs/good/summary.json"]));
        Assert.True(File.Exists(demo["partly/report.html"]));
    }

    [Fact]
    public async Task A_dry_run_looks_at_everything_and_makes_nothing()
    {
        var result = await CliHost.RunAsync(
            "evaluate-model", "--benchmark", demo["mqa"], "--model", Model, "--control", "blind", "--frames", "4", "-o", demo["dry"], "--dry-run");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("its weights are random", result.Output, StringComparison.Ordinal);
        Assert.Contains("TFLOP for", result.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo["dry"]));
    }

    [SkippableFact]
    public async Task A_folder_without_any_of_the_videos_is_refused_before_the_model_is_loaded()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var videos = demo.CopyVideos("few");
        File.Delete(Directory.GetFiles(videos, "P01_11.*", SearchOption.AllDirectories).Single());

        var result = await CliHost.RunAsync("evaluate-model", "--benchmark", demo["mqa"], "--model", Model, "--videos", videos, "-o", demo["few-run"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("has none of the 12 clips' videos (P01_11", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo["few-run"]));
    }

    [Fact]
    public async Task A_limit_can_be_raised_in_the_same_run_and_not_lowered()
    {
        Task<CliResult> Evaluate(params string[] more) => CliHost.RunAsync(
            ["evaluate-model", "--benchmark", demo["mqa"], "--model", Model, "--control", "blind", "--frames", "2", "-o", demo["raised"], .. more]);
        Assert.Equal(0, (await Evaluate("--limit", "2")).ExitCode);
        var first = File.ReadAllLines(demo["raised/results-1of1.jsonl"]);

        var raised = await Evaluate("--limit", "5");
        var all = File.ReadAllLines(demo["raised/results-1of1.jsonl"]);
        var lowered = await Evaluate("--limit", "3");

        Assert.True(raised.ExitCode == 0, raised.Error);
        Assert.Contains("3 of 5 questions left", raised.Error, StringComparison.Ordinal);
        Assert.Equal(first, all.Take(first.Length));
        Assert.Equal(5, all.Length);
        Assert.Equal(2, lowered.ExitCode);
        Assert.Contains("--limit can only be raised", lowered.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sha256", lowered.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CliHost.RunAsync("compare", demo["raised"])).ExitCode);
    }

    [Fact]
    public async Task A_preset_stands_below_every_other_option()
    {
        var result = await CliHost.RunAsync(
            "evaluate-model", "--preset", "llava-video-7b", "--model", Model, "--benchmark", demo["mqa"], "--control", "blind", "--limit", "1", "--scoring", "letter", "-o", demo["preset"]);

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("newline is grid; the checkpoint's own is one_token", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"scoring\": \"letter\"", File.ReadAllText(demo["preset/run.json"]), StringComparison.Ordinal);
        Assert.Equal(2, (await CliHost.RunAsync("evaluate-model", "--preset", "llava-vidoe-7b", "--benchmark", "b", "-o", "r")).ExitCode);
    }

    [Fact]
    public async Task Presets_and_studies_come_with_the_tool()
    {
        var list = await CliProcess.RunAsync("presets");
        var preset = await CliProcess.RunAsync("presets", "llava-video-7b");

        Assert.Contains("llava-video-7b", list.Output, StringComparison.Ordinal);
        Assert.Contains("paper/table1-strategies", list.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(Repository.Root, "configs", "models", "llava-video-7b.yaml")), preset.Output);
        Assert.All(Presets.Models, static name => Assert.StartsWith("LLaVA", Presets.DescriptionOf(Presets.Find(name)), StringComparison.Ordinal));
    }
}
