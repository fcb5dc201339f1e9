using LLaVAction.Evaluation;
using LLaVAction.Evaluation.Tests;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Remote.Tests;

/// <summary>Whole runs against a fake server: what reaches the run's files.</summary>
public sealed class RemoteRunTests : IDisposable
{
    private readonly Kitchen _kitchen = new();

    private static readonly EvaluationSettings Asked = Kitchen.Settings with { FrameCounts = [4], Rotations = 1, Scoring = [AnswerScoring.Letter] };

    public void Dispose() => _kitchen.Dispose();

    [Fact]
    public async Task Whatever_the_server_does_each_question_has_one_line_with_a_status()
    {
        var number = 0;
        await using var server = await FakeServer.StartAsync((_, context) => (Interlocked.Increment(ref number) % 4) switch
        {
            0 => FakeServer.WriteAsync(context, 400, FakeServer.Error("too long", "context_length_exceeded")),
            1 => FakeServer.WriteAsync(context, 200, FakeServer.Reply(null, "content_filter")),
            2 => FakeServer.WriteAsync(context, 200, FakeServer.Reply("hm", top: [("hm", -0.1), ("F", -1)])),
            _ => FakeServer.WriteAsync(context, 200, FakeServer.Reply("B", top: [("B", -0.1), ("A", -3), ("C", -3), ("D", -4), ("E", -5)])),
        });
        var request = _kitchen.Request("run", Asked);

        await RunAsync(request, server);

        var lines = _kitchen.Lines("run");
        Assert.Equal(24, lines.Select(line => line.Key).Distinct().Count());
        Assert.Equal(24, lines.Count);
        Assert.All(lines, line => Assert.Equal(line.Status == ResultStatus.Ok, line.PredictedIndex is not null));
        Assert.Equal(
            [ResultStatus.Ok, ResultStatus.Unparsed, ResultStatus.Refused, ResultStatus.NoAnswer],
            lines.Select(line => line.Status).Distinct().Order());
        Assert.All(lines.Where(line => line.Status == ResultStatus.Ok), line => Assert.Equal(1, line.PredictedIndex));
        Assert.All(lines.Where(line => line.Status == ResultStatus.NoAnswer), line => Assert.Equal("HTTP 400: too long", line.Rule));
    }

    [Fact]
    public async Task A_spent_budget_leaves_the_rest_to_a_later_start()
    {
        var prices = _kitchen["prices.json"];
        File.WriteAllText(prices, """{"currency": "USD", "models": {"fake": {"input_per_million": 0, "output_per_million": 1000000, "tokens_per_image": 1}}}""");
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("B", completionTokens: 1, top: [("B", -0.1), ("A", -3), ("C", -3), ("D", -4), ("E", -5)]));
        RemoteSettings Priced(RemoteSettings settings) => settings with { PriceFile = prices, Budget = 10, LogFile = _kitchen["run/responses.jsonl"], Concurrency = 3 };

        var first = await RunAsync(_kitchen.Request("run", Asked), server, Priced);

        Assert.Equal(10, server.Seen.Count);
        Assert.Equal(10, _kitchen.Lines("run").Count);
        Assert.False(first.Summary.IsComplete);
        Assert.Contains("the budget of 10.00 USD is reached", first.Outcome.StopReason, StringComparison.Ordinal);

        var second = await RunAsync(_kitchen.Request("run", Asked), server, settings => Priced(settings) with { Budget = 100 });

        Assert.Equal(24, server.Seen.Count);
        Assert.Equal(24, _kitchen.Lines("run").Count);
        Assert.True(second.Summary.IsComplete);
    }

    [Fact]
    public async Task No_file_of_a_run_holds_the_key()
    {
        await using var server = await FakeServer.StartAsync((request, context) => request.Number % 2 == 0
            ? FakeServer.WriteAsync(context, 400, FakeServer.Error($"the key {Keys.Secret} may not do this"))
            : FakeServer.WriteAsync(context, 200, FakeServer.Reply(Keys.Secret, model: Keys.Secret, fingerprint: Keys.Secret)));

        await RunAsync(
            _kitchen.Request("run", Asked with { Scoring = [AnswerScoring.Staged], MaxNewTokens = 8 }),
            server,
            settings => settings with { LogFile = _kitchen["run/responses.jsonl"], BodiesFolder = _kitchen["run/bodies"] },
            AnswerMode.Text);

        var files = Directory.GetFiles(_kitchen["run"], "*", SearchOption.AllDirectories);
        Assert.True(files.Length > 24);
        Assert.All(files, file => Assert.DoesNotContain("SECRET", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_run_records_what_the_numbers_depend_on()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("B", top: [("B", -0.1), ("A", -3)]));

        await RunAsync(_kitchen.Request("run", Asked), server, settings => settings with { JpegQuality = 75, ImageDetail = "low", Seed = 3 });

        var model = RunFolder.Open(_kitchen["run"]).Record.Identity.Model;
        Assert.Equal(("fake", "openai", "logprobs", "75", "low", "3"), (model.Name, model.Engine, model.Settings["answers"], model.Settings["jpeg_quality"], model.Settings["image_detail"], model.Settings["seed"]));
        Assert.Equal("own server", model.Settings["service"]);
    }

    private static async Task<EvaluationReport> RunAsync(
        EvaluationRequest request, FakeServer server, Func<RemoteSettings, RemoteSettings>? change = null, AnswerMode answers = AnswerMode.LogProbabilities)
    {
        var settings = server.Settings(change) with { Answers = answers };
        using var model = await RemoteModels.OpenAsync("fake", settings, Keys.Of(settings.BaseUrl), default);
        var frames = new FakeFrames();
        using var run = EvaluationRun.Open(request, model.Description, frames.Layout);
        return await run.ExecuteAsync(model, frames, _ => { }, default);
    }
}
