using System.Text.Json.Nodes;
using LLaVAction.Evaluation.Tests;
using LLaVAction.Exchange.Formats;
using LLaVAction.Remote.Distillation;
using LLaVAction.Remote.Requests;
using LLaVAction.Testing;
using LLaVAction.Training;
using LLaVAction.Video.Frames;

namespace LLaVAction.Remote.Tests;

public sealed class DistillationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Captions_come_of_the_clips_and_disagreements_are_left_out_and_counted()
    {
        await using var server = await FakeServer.StartAsync((request, context) => (RowOf(request) % 5) switch
        {
            1 => FakeServer.WriteAsync(context, 200, FakeServer.Reply(Caption("I wash a cup, I think.", disagrees: true))),
            2 => FakeServer.WriteAsync(context, 200, FakeServer.Reply("{\"answer_with_reasoning\": \"I op", "length")),
            3 => FakeServer.WriteAsync(context, 200, FakeServer.Reply("I open it.")),
            4 => FakeServer.WriteAsync(context, 200, FakeServer.Reply(null, refusal: "No.")),
            _ => FakeServer.WriteAsync(context, 200, FakeServer.Reply(Caption($"I open drawer {RowOf(request)}."))),
        });
        var rows = Rows(20);

        var report = await RunAsync(server, rows, DistillationKind.Caption);

        Assert.Equal(
            new Dictionary<DistillationVerdict, int>
            {
                [DistillationVerdict.Kept] = 4,
                [DistillationVerdict.Disagreed] = 4,
                [DistillationVerdict.Truncated] = 4,
                [DistillationVerdict.Malformed] = 4,
                [DistillationVerdict.Refused] = 4,
            },
            report.Verdicts);
        Assert.Equal(["I open drawer 0.", "I open drawer 5.", "I open drawer 10.", "I open drawer 15."], report.Rows.Select(row => row.Conversations[1].Value));
        Assert.All(report.Rows, row => Assert.Equal((QuestionTypes.Caption, "['A. x', 'B. y']", 3), (row.QuestionType, row.Conversations[0].Value, row.VerbId)));
        Assert.Equal(12, report.Reasons.Count);
    }

    [Fact]
    public async Task The_teacher_sees_the_original_prompt_and_four_frames()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(Caption("I open it.")));

        await RunAsync(server, Rows(1), DistillationKind.Caption);

        var body = server.Seen.Single().Body;
        var system = (string)body["messages"]![0]!["content"]!;
        Assert.StartsWith("\nYou are viewing video frames from an egocentric perspective", system, StringComparison.Ordinal);
        Assert.Contains("\n\nThe true ground-truth action is B. open drawer 0.\n", system, StringComparison.Ordinal);
        Assert.EndsWith("\nThe video duration is 1.500 seconds.\nMake sure you use the first-person perspective in your reasoning.\n", system, StringComparison.Ordinal);
        Assert.Equal(["text", "image_url", "image_url", "image_url", "image_url"], body["messages"]![1]!["content"]!.AsArray().Select(part => (string)part!["type"]!));
        Assert.Equal("boolean", (string)body["response_format"]!["json_schema"]!["schema"]!["properties"]!["disagree_with_human_annotation"]!["type"]!);
    }

    [Fact]
    public async Task Open_questions_come_of_captions_three_rows_each()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(new JsonObject
        {
            ["first_question"] = "What object am I interacting with?",
            ["first_answer"] = "A drawer.",
            ["second_question"] = "q2",
            ["second_answer"] = "a2",
            ["third_question"] = "q3",
            ["third_answer"] = "a3",
        }.ToJsonString()));
        var rows = Rows(2).Select(row => row with { QuestionType = QuestionTypes.Caption, Conversations = [row.Conversations[0], new ConversationTurn("gpt", "I open a drawer.")] }).ToList();

        var report = await RunAsync(server, rows, DistillationKind.OpenQuestions);

        Assert.Equal(6, report.Rows.Count);
        Assert.Equal((QuestionTypes.OpenQuestion, "What object am I interacting with?", "A drawer."), (report.Rows[0].QuestionType, report.Rows[0].Conversations[0].Value, report.Rows[0].Conversations[1].Value));
        Assert.Equal("", (string)server.Seen.First().Body["messages"]![1]!["content"]!);
        Assert.Equal(report.Rows, TrainingFile.Read(_folder.Write("open.jsonl", TrainingJson.ToLines(report.Rows))), new RowEquality());
    }

    [Fact]
    public async Task A_spent_budget_leaves_rows_for_a_later_start_which_pays_for_none_twice()
    {
        var prices = _folder.Write("prices.json", """{"currency": "USD", "models": {"fake": {"input_per_million": 0, "output_per_million": 1000000}}}""");
        await using var server = await FakeServer.StartAsync(request => FakeServer.Reply(Caption($"I open drawer {RowOf(request)}."), completionTokens: 50));
        RemoteSettings Priced(RemoteSettings settings) => settings with { PriceFile = prices, Budget = 1000, LogFile = _folder["log.jsonl"] };
        var rows = Rows(20);

        // 50 of 1,000 each, and room for the 300 that one may cost.
        var first = await RunAsync(server, rows, DistillationKind.Caption, Priced);
        Assert.Equal(15, first.Rows.Count);
        Assert.Equal(5, first.Verdicts[DistillationVerdict.NotAsked]);

        var second = await RunAsync(server, rows, DistillationKind.Caption, settings => Priced(settings) with { Budget = 5000 });
        Assert.Equal(20, second.Rows.Count);
        Assert.Equal(20, server.Seen.Count);
    }

    [Fact]
    public async Task A_batch_written_and_read_back_gives_what_the_server_would_have_given()
    {
        await using var server = await FakeServer.StartAsync(request => FakeServer.Reply(Caption($"I open drawer {RowOf(request)}.", RowOf(request) == 3)));
        var rows = Rows(6);
        var live = await RunAsync(server, rows, DistillationKind.Caption);
        var distiller = Make(server, DistillationKind.Caption);
        using var batch = new MemoryStream();

        var written = await distiller.WriteBatchAsync(rows, batch, () => { }, default);

        Assert.Equal(6, written.Verdicts[DistillationVerdict.NotAsked]);
        batch.Position = 0;
        using var reader = new StreamReader(batch);
        var requests = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(server.Seen.Select(seen => seen.Text).Order(), requests.Select(request => request["body"]!.ToJsonString()).Order());
        var output = requests.Select((request, i) => new JsonObject
        {
            ["custom_id"] = (string)request["custom_id"]!,
            ["response"] = new JsonObject { ["status_code"] = 200, ["body"] = JsonNode.Parse(FakeServer.Reply(Caption($"I open drawer {i}.", i == 3))) },
        });
        _folder.Write("output.jsonl", string.Concat(output.Reverse().Select(line => line.ToJsonString() + "\n")));

        var read = distiller.ReadBatch(rows, BatchOutput.Read(_folder["output.jsonl"]));

        Assert.Equal(live.Rows, read.Rows, new RowEquality());
        Assert.Equal(live.Verdicts, read.Verdicts);
        var error = Assert.Throws<InputException>(() => distiller.ReadBatch([.. rows.Reverse()], BatchOutput.Read(_folder["output.jsonl"])));
        Assert.Contains("output.jsonl line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clips_without_frames_are_counted_and_rows_of_another_kind_refused()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(Caption("I open it.")));
        var frames = new FakeFrames();
        frames.Failures["clip_1"] = FrameReadFailure.MissingVideo;

        var report = await RunAsync(server, Rows(3), DistillationKind.Caption, frames: frames);

        Assert.Equal(1, report.Verdicts[DistillationVerdict.NoFrames]);
        Assert.Contains("row 1: ", Assert.Single(report.Reasons), StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<InputException>(() => RunAsync(server, Rows(3), DistillationKind.OpenQuestions));
        Assert.Contains("row 0: question_type 'mc_GT_random_narration'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<DistillationReport> RunAsync(
        FakeServer server, IReadOnlyList<TrainingRow> rows, DistillationKind kind, Func<RemoteSettings, RemoteSettings>? change = null, FakeFrames? frames = null)
    {
        using var dispatcher = new ChatDispatcher("fake", server.Settings(change), Keys.Of(server.BaseUrl));
        return await Make(server, kind, change, frames).RunAsync(rows, dispatcher, () => { }, default);
    }

    private static Distiller Make(FakeServer server, DistillationKind kind, Func<RemoteSettings, RemoteSettings>? change = null, FakeFrames? frames = null)
    {
        var settings = server.Settings(change);
        return new Distiller(new DistillationTask(kind, "fake", settings, 300), settings, frames ?? new FakeFrames());
    }

    // The number of the row stands in the truth that the prompt names.
    private static int RowOf(SeenRequest request)
    {
        var text = (string)request.Body["messages"]![0]!["content"]!;
        var start = text.IndexOf("open drawer ", StringComparison.Ordinal) + "open drawer ".Length;
        return int.Parse(text[start..text.IndexOf('.', start)], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Caption(string text, bool disagrees = false) =>
        new JsonObject { ["answer_with_reasoning"] = text, ["disagree_with_human_annotation"] = disagrees }.ToJsonString();

    private static IReadOnlyList<TrainingRow> Rows(int count) => [.. Enumerable.Range(0, count).Select(number => new TrainingRow
    {
        Video = "P01-P01_01",
        Id = "P01-P01_01",
        Split = "train",
        QuestionType = QuestionTypes.MultipleChoiceNarration,
        DatasetName = "EK100",
        StartTimestamp = number,
        EndTimestamp = number + 1.5,
        VerbId = 3,
        NounId = 8,
        NarrationId = $"clip_{number}",
        Conversations = [new ConversationTurn("human", "['A. x', 'B. y']"), new ConversationTurn("gpt", $"B. open drawer {number}")],
    })];

    private sealed class RowEquality : IEqualityComparer<TrainingRow>
    {
        public bool Equals(TrainingRow? left, TrainingRow? right) => TrainingJson.ToLines([left!]).AsSpan().SequenceEqual(TrainingJson.ToLines([right!]));

        public int GetHashCode(TrainingRow row) => 0;
    }
}
