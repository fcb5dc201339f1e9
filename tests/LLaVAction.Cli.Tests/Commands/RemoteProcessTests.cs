using System.Text.Json.Nodes;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Remote.Tests;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary>Whole processes that ask a service, hand questions out and take answers in.</summary>
public sealed class RemoteProcessTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    private static readonly Dictionary<string, string> Environment = new(StringComparer.Ordinal) { ["OPENAI_API_KEY"] = Keys.Secret };

    [SkippableFact]
    public async Task A_service_is_evaluated_and_its_key_appears_nowhere()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        await using var server = await FakeServer.StartAsync((request, context) => request.Number % 5 == 4
            ? FakeServer.WriteAsync(context, 400, FakeServer.Error($"key {Keys.Secret} may not"))
            : FakeServer.WriteAsync(context, 200, FakeServer.Reply(Keys.Secret, top: [("B", -0.2), ("A", -2), ("C", -3), ("D", -4), ("E", -5)], fingerprint: Keys.Secret)));
        var run = demo["service"];

        var result = await CliProcess.RunAsync(
            [
                "evaluate-model", "--benchmark", demo["mqa"], "--engine", "openai", "--model", "theirs", "--base-url", server.BaseUrl.ToString(),
                "--videos", Path.Combine(demo.Demo, "videos"), "--frames", "4", "--output", run, "--log-file", demo["service.log"], "--verbosity", "debug", "--requests-to", demo["bodies"],
            ],
            Environment);

        Assert.Equal(ExitCode.Incomplete, result.ExitCode);
        var report = await CliProcess.RunAsync("report", run, "--output", demo["service.html"]);
        Assert.True(report.ExitCode == 0, report.Error);
        var texts = Directory.GetFiles(run, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(demo["bodies"]))
            .Append(demo["service.log"])
            .Append(demo["service.html"])
            .Select(File.ReadAllText)
            .Append(result.Output)
            .Append(result.Error)
            .ToList();
        Assert.True(texts.Count > 15);
        Assert.All(texts, text => Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal));
        Assert.All(server.Seen, request => Assert.Equal("Bearer " + Keys.Secret, request.Authorization));
        Assert.Contains("answered as", result.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run, "requests-1of1.jsonl")));
        Assert.True(File.Exists(Path.Combine(run, "batches-1of1.json")));
    }

    [Fact]
    public async Task A_missing_key_is_named_before_anything_is_done()
    {
        var result = await CliProcess.RunAsync(
            ["evaluate-model", "--benchmark", demo["mqa"], "--engine", "openai", "--model", "m", "--base-url", "https://service.example/v1", "--control", "blind", "--output", demo["keyless"]],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["OPENAI_API_KEY"] = "" });

        Assert.Equal(ExitCode.BadInput, result.ExitCode);
        Assert.Contains("OPENAI_API_KEY is not set", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(demo["keyless"]));
    }

    [SkippableFact]
    public async Task A_budget_that_is_spent_ends_with_code_3_and_a_larger_one_goes_on()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("B", completionTokens: 1, top: [("B", -0.2), ("A", -2), ("C", -3), ("D", -4), ("E", -5)]));
        File.WriteAllText(demo["prices.json"], """{"currency": "USD", "models": {"m": {"input_per_million": 0, "output_per_million": 1000000}}}""");
        string[] Arguments(string budget) =>
        [
            "evaluate-model", "--benchmark", demo["mqa"], "--engine", "openai", "--model", "m", "--base-url", server.BaseUrl.ToString(), "--answers", "logprobs",
            "--control", "blind", "--prices", demo["prices.json"], "--budget", budget, "--output", demo["budget"],
        ];

        var first = await CliProcess.RunAsync(Arguments("5"), Environment);
        var second = await CliProcess.RunAsync(Arguments("50"), Environment);

        Assert.Equal((ExitCode.Incomplete, ExitCode.Done), (first.ExitCode, second.ExitCode));
        Assert.Contains("the budget of 5.00 USD is reached", first.Error, StringComparison.Ordinal);
        Assert.Equal(12, server.Seen.Count);
    }

    [SkippableFact]
    public async Task A_batch_goes_out_and_comes_back_as_a_run_that_compare_and_check_take()
    {
        Skip.IfNot(demo.HasFfmpeg, "needs ffmpeg");
        var run = demo["batch"];
        var export = await CliProcess.RunAsync(
            "export-benchmark", demo["mqa"], "--to", "openai-batch", "--videos", Path.Combine(demo.Demo, "videos"), "--frames", "4", "--model", "theirs", "--scoring", "generate", "--output", run);
        Assert.True(export.ExitCode == 0, export.Error);
        var output = File.ReadLines(Path.Combine(run, "requests-001.jsonl")).Select(line => JsonNode.Parse(line)!).Select(request => new JsonObject
        {
            ["custom_id"] = (string)request["custom_id"]!,
            ["response"] = new JsonObject { ["status_code"] = 200, ["body"] = JsonNode.Parse(FakeServer.Reply("B")) },
        }.ToJsonString());
        File.WriteAllLines(demo["output.jsonl"], output);

        var import = await CliProcess.RunAsync("import-answers", run, "--from", demo["output.jsonl"]);

        Assert.True(import.ExitCode == 0, import.Error);
        var results = RunFolder.Open(run).ReadResults();
        Assert.True(results.IsComplete);
        Assert.All(results.Read(results.Cells.First()), row => Assert.Equal(1, row.Result!.PredictedIndex));
        foreach (var command in new[] { new[] { "compare", run }, ["check", run, "--write-baseline", demo["batch-baseline.json"]], ["check", run, "--baseline", demo["batch-baseline.json"]] })
        {
            var result = await CliProcess.RunAsync(command);
            Assert.True(result.ExitCode == 0, string.Join(' ', command) + result.Error);
        }
    }

    [Fact]
    public async Task Answers_that_do_not_fit_are_named_and_end_with_code_3()
    {
        var ids = File.ReadLines(Path.Combine(demo["mqa"], "random.jsonl")).Select(line => (string)JsonNode.Parse(line)!["id"]!).ToList();
        File.WriteAllLines(demo["answers.csv"], ["id,answer", .. ids.Select(id => $"{id},B"), "P99_99_9,B"]);

        var result = await CliProcess.RunAsync(
            "import-answers", demo["imported"], "--from", demo["answers.csv"], "--benchmark", demo["mqa"], "--model", "theirs", "--frames", "0");

        Assert.Equal(ExitCode.Incomplete, result.ExitCode);
        Assert.Contains($"line {ids.Count + 2}: id 'P99_99_9' is not a question", result.Error, StringComparison.Ordinal);
        var compare = await CliProcess.RunAsync("compare", demo["imported"], "--format", "csv");
        Assert.True(compare.ExitCode == 0, compare.Error);
    }
}
