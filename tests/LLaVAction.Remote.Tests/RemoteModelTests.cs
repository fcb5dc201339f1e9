using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Remote.Tests;

/// <summary>One prompt at a time through the port.</summary>
public sealed class RemoteModelTests
{
    private static readonly string[] Letters = ["A", "B", "C", "D", "E"];
    private static readonly string Message = PromptBuilder.Message(
        new PromptSettings { HasTimeInstruction = true },
        new PromptInput { DurationSeconds = 1.89, NamedFrames = 2, Options = ["put down plate", "take bowl", "take plate", "wash plate", "pick up plates"] });

    [Fact]
    public async Task Letters_are_scored_by_the_first_tokens_alternatives()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(
            "C", "length", [("C", -0.3), (" C", -2), ("A", -2), ("E", -3), ("D", -4), ("The", -5), (" B", -6)]));

        var answer = await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), Letters, 0), AnswerMode.LogProbabilities);

        Assert.Equal([-2, -6, -0.3, -4, -3], answer.CandidateLogProbabilities!);
        Assert.Equal(2, answer.ChosenCandidate);
        Assert.Null(answer.Failure);
        var body = server.Seen.Last().Body;
        Assert.Equal("1", body["max_tokens"]!.ToJsonString());
        Assert.Equal("20", body["top_logprobs"]!.ToJsonString());
        Assert.Equal("0", body["temperature"]!.ToJsonString());
    }

    [Fact]
    public async Task Letters_that_the_server_does_not_list_leave_the_choice_and_take_the_scores()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("B", top: [("B", -0.1), ("A", -3), ("None", -4)]));

        var answer = await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), Letters, 0), AnswerMode.LogProbabilities);

        Assert.Null(answer.CandidateLogProbabilities);
        Assert.Equal(1, answer.ChosenCandidate);
    }

    [Theory]
    [InlineData("F")]
    [InlineData("None of them")]
    [InlineData("")]
    public async Task Another_letter_or_none_is_no_choice(string text)
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(text, top: [("F", -0.1), ("None", -4)]));

        var answer = await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), Letters, 0), AnswerMode.LogProbabilities);

        Assert.Null(answer.CandidateLogProbabilities);
        Assert.Null(answer.ChosenCandidate);
        Assert.Null(answer.Failure);
    }

    [Theory]
    [InlineData("{\"answer\": \"D\"}", 3)]
    [InlineData("{\"answer\": \"F\"}", null)]
    [InlineData("{\"answer\": \"D\", \"why\": \"because\"}", null)]
    [InlineData("{\"letter\": \"D\"}", null)]
    [InlineData("D", null)]
    public async Task A_structured_letter_counts_where_it_is_of_the_schema(string text, int? chosen)
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(text));

        var answer = await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), Letters, 0), AnswerMode.Structured);

        Assert.Equal(chosen, answer.ChosenCandidate);
        var schema = server.Seen.Last().Body["response_format"]!["json_schema"]!["schema"]!;
        Assert.Equal("[\"A\",\"B\",\"C\",\"D\",\"E\"]", schema["properties"]!["answer"]!["enum"]!.ToJsonString());
        Assert.Equal("false", schema["additionalProperties"]!.ToJsonString());
    }

    [Theory]
    [InlineData("I cannot help with that.", "stop", "I cannot help with that.", ResultStatus.Refused)]
    [InlineData(null, "content_filter", null, ResultStatus.Refused)]
    [InlineData("C. take pl", "length", null, ResultStatus.Truncated)]
    public async Task Refused_and_cut_off_answers_are_what_they_are(string? text, string finish, string? refusal, ResultStatus status)
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply(text, finish, refusal: refusal));

        var answer = await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), [], 16), AnswerMode.Text);

        Assert.Equal(status, answer.Failure!.Status);
        Assert.Equal(text, answer.Text);
    }

    [Fact]
    public async Task Frames_go_where_the_video_stands_as_jpeg_data()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("C. take plate"));

        await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15("Notes first. " + Message), [], 16), AnswerMode.Text);

        var content = server.Seen.Last().Body["messages"]!.AsArray().Single()!["content"]!.AsArray();
        Assert.Equal(["text", "image_url", "image_url", "text"], content.Select(part => (string)part!["type"]!));
        Assert.Equal("Notes first. ", (string)content[0]!["text"]!);
        Assert.StartsWith("The provided video lasts for 1.890 seconds, and 2 frames are uniformly sampled from it.You are seeing", (string)content[3]!["text"]!, StringComparison.Ordinal);
        var url = (string)content[1]!["image_url"]!["url"]!;
        Assert.StartsWith("data:image/jpeg;base64,", url, StringComparison.Ordinal);
        Assert.Equal([0xFF, 0xD8, 0xFF], Convert.FromBase64String(url[23..])[..3]);
    }

    [Fact]
    public async Task Frames_can_go_as_one_video()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("C"));

        await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), [], 16), AnswerMode.Text, settings => settings with { Frames = FrameForm.Video });

        var video = server.Seen.Last().Body["messages"]![0]!["content"]![0]!;
        Assert.Equal("video_url", (string)video["type"]!);
        var url = (string)video["video_url"]!["url"]!;
        Assert.StartsWith("data:video/jpeg;base64,", url, StringComparison.Ordinal);
        Assert.Equal(2, url["data:video/jpeg;base64,".Length..].Split(',').Length);
    }

    [Fact]
    public async Task The_papers_prompt_is_a_system_message_with_a_space_and_a_structured_answer()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("{\"answer\": \"C. take plate\"}"));

        var answer = await AskAsync(
            server, new PromptRequest(ChatTemplate.Qwen15(Message), [], 64), AnswerMode.Auto, settings => settings with { Layout = PromptLayout.PaperGpt4o });

        Assert.Equal("C. take plate", answer.Text);
        Assert.Single(server.Seen);
        var messages = server.Seen.Single().Body["messages"]!.AsArray();
        Assert.Equal("system", (string)messages[0]!["role"]!);
        Assert.StartsWith("The provided video lasts for 1.890 seconds, and 2 frames are uniformly sampled from it. You are seeing", (string)messages[0]!["content"]!, StringComparison.Ordinal);
        Assert.Equal(["text", "image_url", "image_url"], messages[1]!["content"]!.AsArray().Select(part => (string)part!["type"]!));
    }

    [Fact]
    public void Swapped_colours_are_those_of_the_swapped_picture()
    {
        var settings = new RemoteSettings();
        var red = JpegFrames.Encode(Clip(200, 30, 60), settings with { SwapsRedAndBlue = true });
        var blue = JpegFrames.Encode(Clip(60, 30, 200), settings);
        var plain = JpegFrames.Encode(Clip(200, 30, 60), settings);

        Assert.True(red[0].Span.SequenceEqual(blue[0].Span));
        Assert.False(red[0].Span.SequenceEqual(plain[0].Span));
    }

    [Fact]
    public void Large_frames_are_made_smaller_in_proportion()
    {
        var jpeg = JpegFrames.Encode(Clip(1, 2, 3), new RemoteSettings { LongestSide = 16 })[0].Span;

        // The frame header of a baseline JPEG: height and width after the marker FF C0, its length and the precision.
        var header = jpeg.IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        Assert.Equal((8, 16), ((jpeg[header + 5] << 8) | jpeg[header + 6], (jpeg[header + 7] << 8) | jpeg[header + 8]));
    }

    [Theory]
    [InlineData(true, true, "logprobs", true)]
    [InlineData(false, true, "structured", true)]
    [InlineData(false, false, "text", false)]
    public async Task What_the_server_offers_is_found_out(bool givesTokens, bool takesSchemas, string answers, bool scoresLetters)
    {
        await using var server = await FakeServer.StartAsync((request, context) =>
            request.Body["logprobs"] is not null
                ? givesTokens
                    ? FakeServer.WriteAsync(context, 200, FakeServer.Reply("B", top: [("B", -0.1), ("A", -3)]))
                    : FakeServer.WriteAsync(context, 400, FakeServer.Error("logprobs are not supported"))
                : FakeServer.WriteAsync(context, 200, FakeServer.Reply(takesSchemas ? "{\"answer\": \"B\"}" : "B")));

        using var model = await OpenAsync(server, AnswerMode.Auto);

        Assert.Equal(answers, model.Description.Settings["answers"]);
        Assert.Equal(scoresLetters, model.Description.ScoresLetters);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_said_before_anything_is_done()
    {
        var gone = await FakeServer.StartAsync(_ => "");
        var settings = gone.Settings(settings => settings with { Retries = 1 });
        await gone.DisposeAsync();

        var error = await Assert.ThrowsAsync<InputException>(() => RemoteModels.OpenAsync("fake", settings, Keys.Of(settings.BaseUrl), default));

        Assert.Contains("server is up", error.Message, StringComparison.Ordinal);
        Assert.Contains("2 times", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://user:secretpassword@localhost/v1")]
    [InlineData("http://localhost/v1?key=secretpassword")]
    [InlineData("ftp://localhost/secretpassword")]
    public void Addresses_that_may_hold_a_key_are_refused_without_repeating_them(string address)
    {
        var error = Assert.Throws<InputException>(() => RemoteModels.Check(new RemoteSettings { BaseUrl = new Uri(address) }));

        Assert.DoesNotContain("secretpassword", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_fields_that_hold_the_key_are_refused()
    {
        var settings = new RemoteSettings
        {
            BaseUrl = new Uri("http://localhost/v1"),
            ExtraFields = new SortedDictionary<string, string> { ["token"] = $"\"{Keys.Secret}\"" },
        };

        var error = await Assert.ThrowsAsync<InputException>(() => RemoteModels.OpenAsync("fake", settings, Keys.Of(settings.BaseUrl), default));

        Assert.DoesNotContain(Keys.Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extra_fields_are_sent_and_recorded()
    {
        await using var server = await FakeServer.StartAsync(_ => FakeServer.Reply("C"));
        RemoteSettings Change(RemoteSettings settings) => settings with
        {
            ExtraFields = new SortedDictionary<string, string> { ["chat_template_kwargs"] = "{\"enable_thinking\": false}" },
        };

        await AskAsync(server, new PromptRequest(ChatTemplate.Qwen15(Message), [], 4), AnswerMode.Text, Change);

        Assert.Equal("false", server.Seen.Last().Body["chat_template_kwargs"]!["enable_thinking"]!.ToJsonString());
        Assert.Contains("field chat_template_kwargs", RemoteModels.Describe("fake", Change(new RemoteSettings())).Settings.Keys);
    }

    [Fact]
    public async Task An_answer_does_not_depend_on_the_order_in_which_answers_come()
    {
        await using var server = await FakeServer.StartAsync(async (request, context) =>
        {
            var text = (string)request.Body["messages"]![0]!["content"]!;
            await Task.Delay(text.EndsWith('0') ? 80 : 1);
            await FakeServer.WriteAsync(context, 200, FakeServer.Reply("to " + text));
        });
        using var model = await OpenAsync(server, AnswerMode.Text);
        PromptRequest[] requests = [.. Enumerable.Range(0, 20).Select(i => new PromptRequest(ChatTemplate.Qwen15($"question {i}"), [], 8))];

        var answers = model.Answer([new PromptGroup(null, [], requests)], default)[0].Answers;

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"to question {i}"), answers.Select(answer => answer.Text!));
    }

    private static async Task<PromptAnswer> AskAsync(
        FakeServer server, PromptRequest request, AnswerMode answers, Func<RemoteSettings, RemoteSettings>? change = null)
    {
        using var model = await OpenAsync(server, answers, change);
        using var clip = model.Encode([Clip(10, 200, 30)], default)[0];
        return model.Answer([new PromptGroup(clip, [0, 1], [request])], default)[0].Answers[0];
    }

    private static Task<IVideoLanguageModel> OpenAsync(FakeServer server, AnswerMode answers, Func<RemoteSettings, RemoteSettings>? change = null)
    {
        var settings = server.Settings(change) with { Answers = answers };
        return RemoteModels.OpenAsync("fake", settings, Keys.Of(settings.BaseUrl), default);
    }

    // Two frames of 32 × 16 pixels of one colour; the second a little darker.
    private static ClipFrames Clip(byte red, byte green, byte blue)
    {
        ReadOnlyMemory<byte> Frame(int darker) =>
            Enumerable.Range(0, 32 * 16).SelectMany(_ => new[] { (byte)(red / darker), (byte)(green / darker), (byte)(blue / darker) }).ToArray();
        return new ClipFrames
        {
            Width = 32,
            Height = 16,
            Frames = [Frame(1), Frame(2)],
            Seconds = [0.5, 1.5],
            Selections = new Dictionary<int, IReadOnlyList<int>> { [2] = [0, 1] },
        };
    }
}
