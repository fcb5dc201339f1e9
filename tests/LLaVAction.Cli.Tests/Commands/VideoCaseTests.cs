using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>Whole runs over videos as people have them: those of the cases folder where it is there, and ones made here.</summary>
public sealed class VideoCaseTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private static readonly string Cases = Path.Combine(Repository.Root, "..", "shared", "cases");

    [SkippableTheory]
    [InlineData("vid_hevc10", "epic")]
    [InlineData("frames_trail", "frames")]
    public async Task Unusual_encodings_are_answered(string name, string layout)
    {
        var result = await RunCaseAsync(name, "P01_11_0");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains($"\"video_layout\": \"{layout}\"", File.ReadAllText(Path.Combine(demo[name], "run.json")), StringComparison.Ordinal);
        Assert.All(Lines(name), static line => Assert.Contains("\"status\":\"ok\"", line, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_trimmed_file_of_one_frame_is_a_row_with_a_status()
    {
        var result = await RunCaseAsync("trim_one", "P01_11_0");

        Assert.Equal(3, result.ExitCode);
        Assert.All(Lines("trim_one"), static line => Assert.Contains("\"status\":\"short_video\"", line, StringComparison.Ordinal));
        Assert.Contains("\"short_videos\": 1", File.ReadAllText(Path.Combine(demo["trim_one"], "summary.json")), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_folder_without_any_of_the_videos_is_named_at_once()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        Directory.CreateDirectory(demo["others/P07"]);
        File.Copy(Path.Combine(demo.Demo, "videos", "P01", "P01_11.MP4"), demo["others/P07/P07_01.MP4"]);

        var result = await demo.EvaluateAsync(demo["others-run"], "--videos", demo["others"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("has none of the 12 clips' videos (P01_11", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo["others-run"]));
    }

    private async Task<Support.CliResult> RunCaseAsync(string name, string id)
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        Skip.IfNot(Directory.Exists(Path.Combine(Cases, name)), $"{name} is not beside the repository");
        File.WriteAllText(demo[name + ".txt"], id + "\n");
        return await demo.EvaluateAsync(
            demo[name], "--videos", Path.Combine(Cases, name), "--ids", demo[name + ".txt"], "--frames", "4", "--rotations", "1");
    }

    private string[] Lines(string name) => File.ReadAllLines(Path.Combine(demo[name], "results-1of1.jsonl"));
}
