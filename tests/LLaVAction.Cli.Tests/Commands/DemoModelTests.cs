using System.Text.Json;
using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>The models that ship with the demo have learned to see.</summary>
public sealed class DemoModelTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private const int Clips = 96;

    [SkippableFact]
    public async Task The_model_trained_on_hard_distractors_is_far_above_chance_and_above_itself_without_video()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        demo.Build("all", Path.Combine(demo.Demo, "annotations", "EPIC_100_validation.csv"), Clips);
        var seeing = await AnswersAsync("seeing");
        var blind = await AnswersAsync("blind", "--control", "blind");

        Assert.Equal(Clips, seeing.Count);
        Assert.True(seeing.Values.Average() > 0.2 + (5 * Math.Sqrt(0.2 * 0.8 / Clips)), $"{seeing.Values.Average():P1} correct.");
        double[] gains = [.. seeing.Select(answer => answer.Value - blind[answer.Key])];
        var error = Math.Sqrt(gains.Sum(gain => Math.Pow(gain - gains.Average(), 2)) / (Clips - 1) / Clips);
        Assert.True(gains.Average() > 3 * error, $"{gains.Average():P1} gained by seeing, with a standard error of {error:P1}.");
    }

    // 1 for each question answered correctly, 0 for each other.
    private async Task<Dictionary<string, double>> AnswersAsync(string run, params string[] more)
    {
        var result = await CliProcess.RunAsync(
            demo.Arguments(
                demo[run],
                ["--benchmark", demo["all"], "--model", Path.Combine(demo.Demo, "trained-on-hard"), "--frames", "4", "--rotations", "1", "--engine", "cpu", .. more]),
            environment: null,
            timeout: TimeSpan.FromMinutes(10));
        Assert.True(result.ExitCode == 0, result.Error);
        return File.ReadLines(Path.Combine(demo[run], "results-1of1.jsonl")).Select(static line => JsonElement.Parse(line))
            .ToDictionary(static line => line.GetProperty("id").GetString()!, static line => line.GetProperty("correct").GetBoolean() ? 1.0 : 0, StringComparer.Ordinal);
    }
}
