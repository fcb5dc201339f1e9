using System.Text.Json.Nodes;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Remote.Tests;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary><c>detect-actions</c> over the synthetic kitchen, asked of a service whose answers are known.</summary>
public sealed class DetectActionsProcessTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    [SkippableFact]
    public async Task Intervals_are_scored_and_a_second_start_completes_the_file_without_paying_again()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var asked = 0;
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(Interlocked.Increment(ref asked) % 3 == 0 ? "I cannot tell." : "1.0, 2.5"));
        var file = demo["detections.jsonl"];

        var first = await DetectAsync(server, file);
        var lines = (await File.ReadAllLinesAsync(file)).Select(line => JsonNode.Parse(line)!).ToArray();
        await File.WriteAllTextAsync(file, string.Concat(lines[..^1].Select(line => line.ToJsonString() + "\n")) + "{\"id\": \"torn");
        var askedBefore = asked;
        var second = await DetectAsync(server, file);

        Assert.True(first.ExitCode == ExitCode.Done, first.Error);
        Assert.Equal(4, lines.Length);
        Assert.True(second.ExitCode == ExitCode.Done, second.Error);
        Assert.Equal(askedBefore, asked);
        Assert.Equal(lines[^1].ToJsonString(), JsonNode.Parse((await File.ReadAllLinesAsync(file))[^1])!.ToJsonString());
        Assert.Equal(first.Output, second.Output);

        // Overlap and errors from the file alone.
        var scored = JsonNode.Parse(first.Output)!;
        var row = FindRow(scored, "theirs");
        var read = lines.Where(line => line["answer"] is not null).ToArray();
        double Overlap(JsonNode line)
        {
            double start = (double)line["truth"]![0]!, stop = (double)line["truth"]![1]!;
            var shared = Math.Max(0, Math.Min(stop, 2.5) - Math.Max(start, 1));
            return shared / (stop - start + 1.5 - shared);
        }

        Assert.Equal(2, read.Length);
        Assert.Equal(read.Sum(Overlap) / 4, (double)row["overlap"]!, 9);
        Assert.Equal(2, (int)row["unparsed"]!);
        Assert.Equal(read.Average(line => Math.Abs((double)line["truth"]![0]! - 1)), (double)row["start_error"]!, 9);
        Assert.All(lines, line => Assert.InRange((double)line["shown"]![1]! - (double)line["shown"]![0]! - ((double)line["truth"]![1]! - (double)line["truth"]![0]!), 0, 5.03));
        Assert.Contains("lasts", server.Seen.Last().Body.ToJsonString(), StringComparison.Ordinal);

        var other = await DetectAsync(server, file, "--delta", "4");
        Assert.Equal(ExitCode.BadInput, other.ExitCode);
        Assert.Contains("an answer of another model, or to another prompt, number of frames or padding", other.Error, StringComparison.Ordinal);
    }

    private static JsonNode FindRow(JsonNode node, string who) => node switch
    {
        JsonObject map when (string?)map["who"] == who => map,
        JsonObject map => map.Select(pair => pair.Value).OfType<JsonNode>().Select(inner => TryFind(inner, who)).First(found => found is not null)!,
        JsonArray list => list.OfType<JsonNode>().Select(inner => TryFind(inner, who)).First(found => found is not null)!,
        _ => throw new InvalidOperationException("no such row"),
    };

    private static JsonNode? TryFind(JsonNode node, string who)
    {
        try
        {
            return FindRow(node, who);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private Task<CliResult> DetectAsync(FakeServer server, string file, params string[] more) => CliProcess.RunAsync(
        [
            "detect-actions", "--benchmark", demo["mqa"], "--engine", "openai", "--model", "theirs", "--base-url", server.BaseUrl.ToString(), "--videos", Path.Combine(demo.Demo, "videos"),
            "--limit", "4", "--frames", "4", "--time-instruction", "off", "--format", "json", "--output", file, .. more,
        ],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["OPENAI_API_KEY"] = "none" });
}
