using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Commands;

public sealed class FrameCacheProcessTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private const int Clips = 12;

    [SkippableFact]
    public async Task A_warm_cache_gives_the_same_answers_for_a_fraction_of_the_decoding()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var cold = await demo.EvaluateAsync(demo["cold"], "--frame-cache", demo["frames"]);
        var warm = await demo.EvaluateAsync(demo["warm"], "--frame-cache", demo["frames"]);

        Assert.True((cold.ExitCode, warm.ExitCode) == (0, 0), cold.Error + warm.Error);
        Assert.True(cold.Error.Contains("Frame cache: 0 entries found, 24 written", StringComparison.Ordinal), cold.Error);
        Assert.True(warm.Error.Contains("Frame cache: 24 entries found, 0 written", StringComparison.Ordinal), warm.Error);
        Assert.Equal(await demo.Expected.Value, DemoBenchmark.Summary(demo["warm"]));
        Assert.Equal(Scores("cold"), Scores("warm"));
        var (first, second) = (DecodeMilliseconds("cold"), DecodeMilliseconds("warm"));
        Assert.True(second < first / 10, $"decoding took {first:0} ms, then {second:0} ms");
    }

    [SkippableFact]
    public async Task Processes_killed_at_any_moment_leave_whole_entries()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var random = new KeyedRandom(1, "frame-cache", "kills");
        for (var kill = 0; kill < Kills(); kill += 2)
        {
            // Two at a time; each is ended somewhere between its start and its end, with entries to write all the while.
            foreach (var entry in Directory.Exists(demo["killed-frames"]) ? Directory.GetFiles(demo["killed-frames"], "*.frames", SearchOption.AllDirectories) : [])
            {
                var bytes = await File.ReadAllBytesAsync(entry);
                Assert.Equal(SHA256.HashData(bytes.AsSpan(..^32)), bytes[^32..]);
                File.Delete(entry);
            }

            Process[] pair = [Start(), Start()];
            await Task.Delay(300 + random.NextInt32(1200));
            foreach (var process in pair)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        var rest = await CliProcess.RunAsync(Arguments());
        var again = await CliProcess.RunAsync(Arguments());

        Assert.True(rest.ExitCode == 0, rest.Error);
        Assert.DoesNotContain("damaged", rest.Error + again.Error, StringComparison.Ordinal);
        Assert.Contains($"{Clips} of {Clips} clips, 0 entries written, {Clips} there before", again.Output, StringComparison.Ordinal);
        Assert.Equal(Clips, Directory.GetFiles(demo["killed-frames"], "*.frames", SearchOption.AllDirectories).Length);
    }

    [Theory]
    [InlineData("--frame-cache-limit", "50", "expected a size such as 500MB")]
    [InlineData("--model", "nowhere", "nowhere")]
    public async Task Wrong_options_are_named(string option, string value, string complaint)
    {
        var result = await CliProcess.RunAsync([.. Arguments(), option, value]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(complaint, result.Error, StringComparison.Ordinal);
    }

    private static int Kills() => int.TryParse(Environment.GetEnvironmentVariable("LLAVACTION_KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 6;

    private string[] Arguments() =>
    [
        "prepare-frames", "--benchmark", demo["mqa"], "--videos", Path.Combine(demo.Demo, "videos"), "--size", "84", "--frames", "4", "--frame-cache", demo["killed-frames"],
    ];

    private Process Start() => Process.Start(new ProcessStartInfo("dotnet", [CliProcess.ToolPath, .. Arguments()])
    {
        UseShellExecute = false,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private IEnumerable<JsonElement> Lines(string run) => File.ReadLines(Path.Combine(demo[run], "results-1of1.jsonl")).Select(static line => JsonElement.Parse(line));

    private string[] Scores(string run) => [.. Lines(run).Select(static line => line.GetProperty("letter_logprobs").GetRawText() + line.GetProperty("frame_seconds").GetRawText())];

    private double DecodeMilliseconds(string run) => Lines(run).Sum(static line => line.GetProperty("decode_ms").GetDouble());
}
