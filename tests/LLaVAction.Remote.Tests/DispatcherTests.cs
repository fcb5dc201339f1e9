using System.Globalization;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Remote.Requests;
using LLaVAction.Testing;

namespace LLaVAction.Remote.Tests;

public sealed class DispatcherTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_busy_server_is_asked_again_after_the_time_it_names()
    {
        var first = true;
        await using var server = await FakeServer.StartAsync((_, context) =>
        {
            var isFirst = first;
            first = false;
            return isFirst
                ? FakeServer.WriteAsync(context, 429, FakeServer.Error("slow down", "rate_limit_exceeded"), ("Retry-After", "1"))
                : FakeServer.WriteAsync(context, 200, FakeServer.Reply("A"));
        });
        using var dispatcher = Dispatcher(server);
        var start = DateTime.UtcNow;

        var outcome = await dispatcher.SendAsync(Request("one"), default);

        Assert.Equal("A", outcome.Reply!.Text);
        Assert.True(DateTime.UtcNow - start >= TimeSpan.FromSeconds(0.95));
        Assert.Equal(1, dispatcher.RetriedAttempts);
    }

    [Fact]
    public async Task A_server_that_stalls_is_given_up_with_its_reason()
    {
        await using var server = await FakeServer.StartAsync(async (_, context) => await context.StallAsync(TimeSpan.FromSeconds(2)));
        using var dispatcher = Dispatcher(server, settings => settings with { Timeout = TimeSpan.FromMilliseconds(100), Retries = 2 });

        var outcome = await dispatcher.SendAsync(Request("one"), default);

        Assert.Null(outcome.Reply);
        Assert.Equal("no answer within 0.1 s", outcome.Failure);
        Assert.Equal(3, server.Seen.Count);
    }

    [Theory]
    [InlineData("", "not of the chat completions interface")]
    [InlineData("{\"choices\": [", "not of the chat completions interface")]
    [InlineData("<html>504</html>", "not of the chat completions interface")]
    [InlineData("{\"choices\": []}", "no 'choices'")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": 7}}]}", "not a text")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"A\"}}], \"usage\": {\"prompt_tokens\": -5}}", "not a count")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"A\"}, \"logprobs\": {\"content\": [{\"top_logprobs\": [{\"token\": \"A\", \"logprob\": 3.5}]}]}}]}", "no probability")]
    public async Task A_server_that_talks_nonsense_has_not_answered(string body, string reason)
    {
        await using var server = await FakeServer.StartAsync(_ => body);
        using var dispatcher = Dispatcher(server, settings => settings with { Retries = 1 });

        var outcome = await dispatcher.SendAsync(Request("one"), default);

        Assert.Null(outcome.Reply);
        Assert.Contains(reason, outcome.Failure, StringComparison.Ordinal);
        Assert.Equal(2, server.Seen.Count);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_of_an_answer_is_tried_again()
    {
        await using var server = await FakeServer.StartAsync(async (request, context) =>
        {
            if (request.Number == 1)
            {
                await context.BreakAsync("{\"choices\": [{\"mess");
                return;
            }

            await FakeServer.WriteAsync(context, 200, FakeServer.Reply("A"));
        });
        using var dispatcher = Dispatcher(server);

        Assert.Equal("A", (await dispatcher.SendAsync(Request("one"), default)).Reply!.Text);
    }

    [Theory]
    [InlineData(401, "invalid_api_key", "TEST_KEY")]
    [InlineData(404, "model_not_found", "model's name")]
    [InlineData(429, "insufficient_quota", "kept")]
    [InlineData(302, null, "kept")]
    public async Task What_no_other_request_can_get_round_ends_the_run_at_once(int status, string? code, string advice)
    {
        await using var server = await FakeServer.StartAsync((_, context) => FakeServer.WriteAsync(context, status, FakeServer.Error("no", code)));
        using var dispatcher = Dispatcher(server, settings => settings with { KeyVariable = "TEST_KEY" });

        var error = await Assert.ThrowsAsync<InputException>(() => dispatcher.SendAsync(Request("one"), default));

        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Contains(status.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task A_request_that_the_server_turns_down_is_not_tried_again_and_ends_nothing()
    {
        await using var server = await FakeServer.StartAsync((request, context) => request.Text.Contains("long", StringComparison.Ordinal)
            ? FakeServer.WriteAsync(context, 400, FakeServer.Error("maximum context length is 10 tokens", "context_length_exceeded"))
            : FakeServer.WriteAsync(context, 200, FakeServer.Reply("A")));
        using var dispatcher = Dispatcher(server);

        var turnedDown = await dispatcher.SendAsync(Request("long"), default);

        Assert.Equal("HTTP 400: maximum context length is 10 tokens", turnedDown.Failure);
        Assert.False(turnedDown.IsRefusal);
        Assert.Equal("A", (await dispatcher.SendAsync(Request("other"), default)).Reply!.Text);
        Assert.Equal(2, server.Seen.Count);
    }

    [Fact]
    public async Task A_filter_before_the_model_is_a_refusal()
    {
        await using var server = await FakeServer.StartAsync((_, context) => FakeServer.WriteAsync(context, 400, FakeServer.Error("filtered", "content_filter")));
        using var dispatcher = Dispatcher(server);

        Assert.True((await dispatcher.SendAsync(Request("one"), default)).IsRefusal);
    }

    [Fact]
    public async Task No_more_requests_than_allowed_are_under_way()
    {
        await using var server = await FakeServer.StartAsync(async (_, context) =>
        {
            await Task.Delay(5);
            await FakeServer.WriteAsync(context, 200, FakeServer.Reply("A"));
        });
        using var dispatcher = Dispatcher(server, settings => settings with { Concurrency = 3 });

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => dispatcher.SendAsync(Request($"number {i}"), default)));

        Assert.InRange(server.MostAtOnce, 2, 3);
    }

    [Fact]
    public async Task Requests_start_no_faster_than_the_limit_per_minute()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("A"));
        using var dispatcher = Dispatcher(server, settings => settings with { RequestsPerMinute = 600 });
        var start = DateTime.UtcNow;

        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => dispatcher.SendAsync(Request($"number {i}"), default)));

        Assert.True(DateTime.UtcNow - start >= TimeSpan.FromSeconds(0.5 - 0.02));
    }

    [Fact]
    public async Task What_was_answered_before_is_not_asked_again()
    {
        await using var server = await FakeServer.StartAsync(request => FakeServer.Reply("answer", top: [("A", -0.25), ("B", -2.5)], fingerprint: "fp_1"));
        RemoteSettings Logged(RemoteSettings settings) => settings with { LogFile = _folder["log/responses.jsonl"] };
        ChatReply before;
        using (var first = Dispatcher(server, Logged))
        {
            before = (await first.SendAsync(Request("one"), default)).Reply!;
        }

        using var second = Dispatcher(server, Logged);
        var after = (await second.SendAsync(Request("one"), default)).Reply!;

        Assert.Single(server.Seen);
        Assert.Equal(before with { FirstTokens = [] }, after with { FirstTokens = [] });
        Assert.Equal(before.FirstTokens, after.FirstTokens);
        Assert.Equal(["fake-2026-01-01 fp_1"], second.ServedBy.Keys);
    }

    [Fact]
    public async Task Equal_requests_at_the_same_time_are_sent_once()
    {
        await using var server = await FakeServer.StartAsync(async (_, context) =>
        {
            await Task.Delay(50);
            await FakeServer.WriteAsync(context, 200, FakeServer.Reply("A"));
        });
        using var dispatcher = Dispatcher(server);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => dispatcher.SendAsync(Request("same"), default)));

        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task Bodies_are_kept_for_inspection_without_the_key()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("A"));
        using var dispatcher = Dispatcher(server, settings => settings with { BodiesFolder = _folder["bodies"] });

        await dispatcher.SendAsync(Request("one"), default);

        var body = Assert.Single(Directory.GetFiles(_folder["bodies"]));
        Assert.Equal(server.Seen.Single().Text, File.ReadAllText(body));
        Assert.Equal("Bearer " + Keys.Secret, server.Seen.Single().Authorization);
        Assert.DoesNotContain(Keys.Secret, File.ReadAllText(body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_the_key_cannot_spread_it()
    {
        await using var server = await FakeServer.StartAsync((request, context) => request.Number == 1
            ? FakeServer.WriteAsync(context, 200, FakeServer.Reply("your key is " + Keys.Secret))
            : FakeServer.WriteAsync(context, 401, FakeServer.Error($"Incorrect API key provided: {Keys.Secret} (sk-test****CRET)")));
        using var dispatcher = Dispatcher(server, settings => settings with { LogFile = _folder["log.jsonl"] });

        var reply = await dispatcher.SendAsync(Request("one"), default);
        var error = await Assert.ThrowsAsync<InputException>(() => dispatcher.SendAsync(Request("two"), default));

        Assert.Equal("your key is ***", reply.Reply!.Text);
        Assert.Contains("Incorrect API key provided: *** (***)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", error.ToString(), StringComparison.Ordinal);
        dispatcher.Dispose();
        Assert.DoesNotContain("sk-test", File.ReadAllText(_folder["log.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_wanted_where_the_server_is_not_this_machine()
    {
        var error = Assert.Throws<InputException>(() => Keys.Of(new Uri("https://api.example.com/v1"), value: null));

        Assert.Contains("TEST_KEY is not set", error.Message, StringComparison.Ordinal);
        Assert.False(Keys.Of(new Uri("http://localhost:8000/v1"), value: null).IsPresent);
        Assert.DoesNotContain(Keys.Secret, Keys.Of(new Uri("https://api.example.com/v1")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_processes_do_not_write_one_log()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("A"));
        RemoteSettings Logged(RemoteSettings settings) => settings with { LogFile = _folder["log.jsonl"] };
        using var first = Dispatcher(server, Logged);

        Assert.Contains("another process", Assert.Throws<InputException>(() => Dispatcher(server, Logged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_log_is_named_with_its_line()
    {
        File.WriteAllText(_folder["log.jsonl"], "{\"event\":\"sent\",\"key\":\"a\",\"amount\":1}\nnonsense\n");

        var error = Assert.Throws<InputException>(() => new RequestLog(_folder["log.jsonl"]));

        Assert.Contains("log.jsonl line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_line_is_cut_off_and_its_attempt_counts_as_spent()
    {
        File.WriteAllText(_folder["log.jsonl"], "{\"event\":\"sent\",\"key\":\"a\",\"amount\":1.5}\n{\"event\":\"answ");

        using var log = new RequestLog(_folder["log.jsonl"]);

        Assert.Equal(1.5m, log.SpentBefore);
        Assert.Null(log.Find("a"));
    }

    private static ChatDispatcher Dispatcher(FakeServer server, Func<RemoteSettings, RemoteSettings>? change = null) =>
        new("fake", server.Settings(change), Keys.Of(server.BaseUrl));

    private static ChatRequest Request(string text) => new() { Model = "fake", Messages = [ChatMessage.OfText("user", text)], MaxTokens = 8 };
}
