using System.Collections.Concurrent;
using System.Globalization;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Remote.Requests;
using LLaVAction.Testing;

namespace LLaVAction.Remote.Tests;

/// <summary>Many requests to a server that fails in every way it can, from processes that are killed at any moment.</summary>
public sealed class FaultInjectionTests
{
    private const int Questions = 5000;
    private const double FaultShare = 0.3;
    private const decimal InputPrice = 2.5m;
    private const decimal OutputPrice = 10m;

    private static readonly string Prices = FormattableString.Invariant(
        $"{{\"currency\": \"USD\", \"models\": {{\"fake\": {{\"input_per_million\": {InputPrice}, \"output_per_million\": {OutputPrice}}}}}}}");

    [Fact]
    public async Task Five_thousand_questions_are_answered_once_each_whatever_fails()
    {
        using var folder = new TemporaryFolder();
        folder.Write("prices.json", Prices);
        var bill = new Bill();
        await using var server = await FakeServer.StartAsync(bill.AnswerAsync);
        var settings = server.Settings(settings => settings with
        {
            Concurrency = 16,
            Retries = 30,
            Timeout = TimeSpan.FromMilliseconds(1000),
            PriceFile = folder["prices.json"],
            LogFile = folder["responses.jsonl"],
        });

        // Three starts that are killed in the middle of their work, and one that comes to the end.
        var answers = new ConcurrentDictionary<int, string>();
        foreach (var killAfter in new int?[] { 700, 1900, 800, null })
        {
            await StartAsync(settings, answers, killAfter);
            TearLastLine(folder["responses.jsonl"]);
        }

        Assert.Equal(Questions, answers.Count);
        Assert.All(answers, answer => Assert.Equal($"answer {answer.Key}", answer.Value));

        // An answer that reached the log was paid once; only those under way at a kill were asked again.
        Assert.InRange(bill.Delivered.Values.Max(), 1, 4);
        Assert.InRange(bill.Delivered.Values.Count(count => count > 1), 0, (3 * 16) + bill.LostAnswers);
        using var log = new RequestLog(folder["responses.jsonl"]);
        Assert.InRange(bill.Total, 0, log.SpentBefore);
    }

    [Theory]
    [InlineData(0.35)]
    [InlineData(0.05)]
    public async Task The_budget_is_never_exceeded_by_more_than_one_request(double share)
    {
        using var folder = new TemporaryFolder();
        folder.Write("prices.json", Prices);
        var bill = new Bill();
        await using var server = await FakeServer.StartAsync(bill.AnswerAsync);
        var budget = Math.Round((decimal)share * Questions * Bill.MeanCost, 4);
        var settings = server.Settings(settings => settings with
        {
            Concurrency = 16,
            Retries = 30,
            Timeout = TimeSpan.FromMilliseconds(1000),
            PriceFile = folder["prices.json"],
            LogFile = folder["responses.jsonl"],
            Budget = budget,
        });
        var answers = new ConcurrentDictionary<int, string>();
        foreach (var killAfter in new int?[] { 100, 250, null, null })
        {
            await StartAsync(settings, answers, killAfter);
        }

        Assert.InRange(bill.Total, 0.5m * budget, budget + Bill.LargestCost);
        Assert.InRange(answers.Count, 1, Questions - 1);

        // With more to spend, what is left is asked, and only that.
        var before = answers.Count;
        await StartAsync(settings with { Budget = budget + (100 * Bill.LargestCost) }, answers, null);
        Assert.True(answers.Count > before);
        Assert.InRange(bill.Total, 0, budget + (101 * Bill.LargestCost));
    }

    private static async Task StartAsync(RemoteSettings settings, ConcurrentDictionary<int, string> answers, int? killAfter)
    {
        using var kill = new CancellationTokenSource();
        using var dispatcher = new ChatDispatcher("fake", settings, Keys.Of(settings.BaseUrl));
        var done = 0;
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, Questions),
                new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = kill.Token },
                async (number, cancellationToken) =>
                {
                    var outcome = await dispatcher.SendAsync(Request(number), cancellationToken);
                    Assert.True(outcome.Reply is not null || !outcome.WasAsked, outcome.Failure);
                    if (outcome.Reply is { } reply)
                    {
                        Assert.Equal($"answer {number}", answers.GetOrAdd(number, reply.Text!));
                    }

                    if (Interlocked.Increment(ref done) == killAfter)
                    {
                        await kill.CancelAsync();
                    }
                });
        }
        catch (OperationCanceledException) when (killAfter is not null)
        {
        }
    }

    // A kill may come in the middle of a line, which then is lost.
    private static void TearLastLine(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length - 7);
    }

    private static ChatRequest Request(int number) => new()
    {
        Model = "fake",
        Messages = [ChatMessage.OfText("user", string.Create(CultureInfo.InvariantCulture, $"question {number}"))],
        MaxTokens = 60,
    };

    /// <summary>What the server did and what it would charge.</summary>
    private sealed class Bill
    {
        public const decimal MeanCost = ((100 * InputPrice) + (30 * OutputPrice)) / 1_000_000;
        public const decimal LargestCost = ((100 * InputPrice) + (60 * OutputPrice)) / 1_000_000;

        private readonly ConcurrentDictionary<int, int> _delivered = new();
        private long _microcents;
        private int _lost;

        public IReadOnlyDictionary<int, int> Delivered => _delivered;

        public int LostAnswers => _lost;

        public decimal Total => _microcents / 100_000_000m;

        public async Task AnswerAsync(SeenRequest request, FakeContext context)
        {
            var text = (string)request.Body["messages"]![0]!["content"]!;
            var number = int.Parse(text["question ".Length..], CultureInfo.InvariantCulture);
            var random = new KeyedRandom(7, text, string.Create(CultureInfo.InvariantCulture, $"attempt {request.Number}"));
            if (random.NextDouble() >= FaultShare)
            {
                var written = random.NextInt32(60);
                Charge(written);
                _delivered.AddOrUpdate(number, 1, static (_, count) => count + 1);
                await FakeServer.WriteAsync(context, 200, FakeServer.Reply($"answer {number}", promptTokens: 100, completionTokens: written));
                return;
            }

            switch (random.NextInt32(40))
            {
                case 0:
                    // It worked, charged, and never answered.
                    Charge(60);
                    Interlocked.Increment(ref _lost);
                    await context.StallAsync(TimeSpan.FromSeconds(2));
                    break;
                case < 8:
                    Charge(60);
                    Interlocked.Increment(ref _lost);
                    context.Abort();
                    break;
                case < 16:
                    Charge(60);
                    Interlocked.Increment(ref _lost);
                    await FakeServer.WriteAsync(context, 200, "{\"choices\":[{\"message\":{\"content\":\"ans");
                    break;
                case < 24:
                    await FakeServer.WriteAsync(context, 429, FakeServer.Error("slow down"), ("retry-after-ms", "1"));
                    break;
                case < 32:
                    await FakeServer.WriteAsync(context, 503, "<html>busy</html>");
                    break;
                default:
                    await FakeServer.WriteAsync(context, 500, FakeServer.Error("oops"));
                    break;
            }
        }

        private void Charge(int written) =>
            Interlocked.Add(ref _microcents, (long)(((100 * InputPrice) + (written * OutputPrice)) * 100));
    }
}
