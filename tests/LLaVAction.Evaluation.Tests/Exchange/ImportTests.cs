using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using LLaVAction.Evaluation.Exchange;
using LLaVAction.Exchange;
using LLaVAction.Exchange.Formats;
using LLaVAction.Prompts;
using LLaVAction.Remote;
using LLaVAction.Runs;
using LLaVAction.Scoring;

namespace LLaVAction.Evaluation.Tests.Exchange;

/// <summary>Answers go out in the forms of other programs and come back as a run with the same figures.</summary>
public sealed class ImportTests : IDisposable
{
    private static readonly EvaluationSettings Written = Kitchen.Settings with
    {
        FrameCounts = [4],
        Rotations = 1,
        Scoring = [AnswerScoring.Staged, AnswerScoring.Strict],
        MaxNewTokens = 16,
    };

    private readonly Kitchen _kitchen = new();

    public void Dispose() => _kitchen.Dispose();

    [Theory]
    [InlineData("table.csv", AnswerFormat.Table)]
    [InlineData("table.jsonl", AnswerFormat.Table)]
    [InlineData("model_samples_epic_mqa.jsonl", AnswerFormat.LmmsEval)]
    [InlineData("model_EPIC.tsv", AnswerFormat.VlmEvalKit)]
    public async Task A_round_trip_gives_the_same_accuracy_to_the_digit(string name, AnswerFormat format)
    {
        var (lines, accuracy) = await AnswerAsync();
        var file = _kitchen[name];
        File.WriteAllText(file, Write(format, name, lines));

        var (found, answers) = AnswerFiles.Read(file, AnswerFormat.Auto);
        var request = new ImportRequest { Selection = _kitchen.Select(), Model = "theirs", Frames = 4, Format = found };
        var report = AnswerImport.Import(AnswerImport.Create(_kitchen["imported"], request), answers, retriesFailed: false);

        Assert.Equal(format, found);
        Assert.Equal((24, 0, 0), (report.Imported, report.Present, report.Join.Misfits.Count));
        Assert.True(report.Summary.IsComplete);
        Assert.Equal(accuracy, report.Summary.Cells.Select(cell => (cell.Accuracy, cell.AccuracyByScoring["strict"], cell.Unparsed)));
        var model = RunFolder.Open(_kitchen["imported"]).Record.Identity.Model;
        Assert.Equal(("theirs", $"imported from {model.Settings["origin"]}"), (model.Name, model.Engine));
    }

    [Fact]
    public async Task A_batch_comes_back_as_the_run_that_waits_for_it()
    {
        var settings = Written with { Rotations = 2, FrameCounts = [4, 8] };
        var batch = await ExportAsync(settings, new RemoteSettings { Answers = AnswerMode.Text });
        Assert.Equal(96, batch.Count);
        Assert.Equal(96, batch.Select(line => (string)line["custom_id"]!).Distinct().Count());
        Assert.All(batch, line => Assert.Equal("/v1/chat/completions", (string)line["url"]!));

        // The service answers in its own order, with the letter of the option that the text names last.
        var random = new KeyedRandom(1, "batch", "answers");
        var letters = batch.Select(_ => (char)('A' + random.NextInt32(5))).ToArray();
        JsonNode?[] output = [.. batch.Select((line, i) => (JsonNode?)Output((string)line["custom_id"]!, letters[i].ToString()))];
        random.Shuffle(output.AsSpan());
        File.WriteAllText(_kitchen["output.jsonl"], string.Concat(output.Select(line => line!.ToJsonString() + "\n")));

        var (format, answers) = AnswerFiles.Read(_kitchen["output.jsonl"], AnswerFormat.Auto);
        var report = AnswerImport.Import(RunFolder.Open(_kitchen["batch"]), answers, retriesFailed: false);

        Assert.Equal(AnswerFormat.OpenAiBatch, format);
        Assert.Equal((96, 0), (report.Imported, report.Join.Misfits.Count));
        var lines = _kitchen.Lines("batch").ToDictionary(line => line.Key);
        for (var i = 0; i < batch.Count; i++)
        {
            var name = BatchRequestName.Read((string)batch[i]["custom_id"]!)!;
            var line = lines[new ResultKey(name.Id, name.Strategy, name.Frames, name.Rotation)];
            Assert.Equal(line.OptionOrder[letters[i] - 'A'], line.PredictedIndex);
        }
    }

    [Fact]
    public async Task A_batch_holds_the_frames_of_the_runs_own_policy_and_the_names_of_what_failed()
    {
        var frames = new FakeFrames();
        frames.Failures["P01_11_2"] = LLaVAction.Video.Frames.FrameReadFailure.MissingVideo;
        var batch = await ExportAsync(Written with { Scoring = [AnswerScoring.Letter], MaxNewTokens = 0 }, new RemoteSettings { Answers = AnswerMode.LogProbabilities }, frames);

        Assert.Equal(22, batch.Count);
        Assert.All(batch, line => Assert.Equal(4, line["body"]!["messages"]![0]!["content"]!.AsArray().Count(part => (string)part!["type"]! == "image_url")));
        Assert.All(batch, line => Assert.Equal("20", line["body"]!["top_logprobs"]!.ToJsonString()));
        Assert.Equal(2, _kitchen.Lines("batch").Count(line => line.Status == ResultStatus.MissingVideo));
    }

    [Fact]
    public async Task Letters_and_failures_of_a_batch_have_their_status()
    {
        var batch = await ExportAsync(Written with { Scoring = [AnswerScoring.Letter], MaxNewTokens = 0 }, new RemoteSettings { Answers = AnswerMode.LogProbabilities });
        string[] names = [.. batch.Select(line => (string)line["custom_id"]!)];
        var lines = new StringBuilder();
        lines.AppendLine(Output(names[0], "B", [("B", -0.1), ("A", -3), ("C", -4), ("D", -5), ("E", -6)]).ToJsonString());
        lines.AppendLine(new JsonObject { ["custom_id"] = names[1], ["response"] = null, ["error"] = new JsonObject { ["code"] = "batch_expired", ["message"] = "expired" } }.ToJsonString());
        lines.AppendLine(new JsonObject { ["custom_id"] = names[2], ["response"] = new JsonObject { ["status_code"] = 400, ["body"] = new JsonObject { ["error"] = new JsonObject { ["message"] = "too long" } } }, ["error"] = null }.ToJsonString());
        lines.AppendLine(Output("tim/P01_11_0/4/0/00000000", "B").ToJsonString());
        lines.AppendLine(Output("tim/P99_11_0/4/0/00000000", "B").ToJsonString());
        File.WriteAllText(_kitchen["output.jsonl"], lines.ToString());

        var report = AnswerImport.Import(RunFolder.Open(_kitchen["batch"]), AnswerFiles.Read(_kitchen["output.jsonl"], AnswerFormat.Auto).Answers, retriesFailed: false);

        Assert.Equal(3, report.Imported);
        Assert.False(report.Summary.IsComplete);
        Assert.Equal([ResultStatus.Ok, ResultStatus.NoAnswer, ResultStatus.NoAnswer], _kitchen.Lines("batch").Select(line => line.Status));
        Assert.Equal(["batch: expired", "HTTP 400: too long"], _kitchen.Lines("batch").Skip(1).Select(line => line.Rule!));
        Assert.Equal(1, _kitchen.Lines("batch")[0].PredictedIndex);
        Assert.Contains("another question under the same id", report.Join.Misfits[0], StringComparison.Ordinal);
        Assert.Contains("line 5: id 'P99_11_0' is not a question", report.Join.Misfits[1], StringComparison.Ordinal);

        // The failed ones come again, and only they replace what is there.
        File.WriteAllLines(_kitchen["again.jsonl"], names.Take(3).Select(name => Output(name, "C", [("C", -0.1), ("A", -3), ("B", -4), ("D", -5), ("E", -6)]).ToJsonString()));
        var again = AnswerImport.Import(RunFolder.Open(_kitchen["batch"]), AnswerFiles.Read(_kitchen["again.jsonl"], AnswerFormat.Auto).Answers, retriesFailed: true);
        Assert.Equal((2, 1), (again.Imported, again.Present));
    }

    [Fact]
    public async Task Importing_twice_changes_nothing()
    {
        var (lines, _) = await AnswerAsync();
        File.WriteAllText(_kitchen["table.csv"], Write(AnswerFormat.Table, "table.csv", lines));
        var request = new ImportRequest { Selection = _kitchen.Select(), Model = "theirs", Frames = 4, Format = AnswerFormat.Table };
        var answers = AnswerFiles.Read(_kitchen["table.csv"], AnswerFormat.Auto).Answers;
        AnswerImport.Import(AnswerImport.Create(_kitchen["imported"], request), answers, retriesFailed: false);
        var before = File.ReadAllBytes(_kitchen["imported/results-1of1.jsonl"]);

        var report = AnswerImport.Import(AnswerImport.Create(_kitchen["imported"], request), answers, retriesFailed: false);

        Assert.Equal((0, 24), (report.Imported, report.Present));
        Assert.Equal(before, File.ReadAllBytes(_kitchen["imported/results-1of1.jsonl"]));
    }

    // A model that writes letters with texts, bare letters, other letters and nothing.
    private async Task<(IReadOnlyList<ResultLine> Lines, IEnumerable<(double?, double, int)> Accuracy)> AnswerAsync()
    {
        var model = new FakeModel
        {
            Write = (hash, prompt) =>
            {
                var letter = (char)('A' + (hash[0] % 5));
                var from = prompt.IndexOf($"{letter}. ", StringComparison.Ordinal) + 3;
                var text = prompt[from..prompt.IndexOfAny([',', '<'], from)];
                return (hash[1] % 5) switch { 0 => letter.ToString(), 1 => "", 2 => "the \"F. knife\",\tperhaps", _ => $"{letter}. {text}" };
            },
        };
        var report = await Kitchen.RunAsync(_kitchen.Request("own", Written), model, new FakeFrames());
        return (_kitchen.Lines("own"), report.Summary.Cells.Select(cell => (cell.Accuracy, cell.AccuracyByScoring["strict"], cell.Unparsed)));
    }

    private async Task<IReadOnlyList<JsonNode>> ExportAsync(EvaluationSettings settings, RemoteSettings remote, FakeFrames? frames = null)
    {
        frames ??= new FakeFrames();
        using (var run = EvaluationRun.Open(_kitchen.Request("batch", settings), RemoteModels.Describe("their-model", remote), frames.Layout))
        {
            var report = await run.ExportBatchAsync("their-model", remote, frames, _ => { }, default);
            Assert.Equal(["requests-001.jsonl"], report.Files);
        }

        return [.. File.ReadLines(_kitchen["batch/requests-001.jsonl"]).Select(line => JsonNode.Parse(line)!)];
    }

    private static JsonObject Output(string name, string text, (string Token, double LogProbability)[]? top = null) => new()
    {
        ["id"] = "batch_req_1",
        ["custom_id"] = name,
        ["response"] = new JsonObject
        {
            ["status_code"] = 200,
            ["request_id"] = "r",
            ["body"] = new JsonObject
            {
                ["model"] = "their-model-2026",
                ["choices"] = new JsonArray(new JsonObject
                {
                    ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
                    ["finish_reason"] = "stop",
                    ["logprobs"] = top is null ? null : new JsonObject
                    {
                        ["content"] = new JsonArray(new JsonObject { ["top_logprobs"] = new JsonArray([.. top.Select(one => new JsonObject { ["token"] = one.Token, ["logprob"] = one.LogProbability })]) }),
                    },
                }),
            },
        },
        ["error"] = null,
    };

    private string Write(AnswerFormat format, string name, IReadOnlyList<ResultLine> lines)
    {
        var questions = _kitchen.Select().Asked.SelectMany(set => set.Questions).ToDictionary(question => (question.Strategy, question.Id));
        var text = new StringBuilder();
        if (format == AnswerFormat.VlmEvalKit)
        {
            text.Append("index\tquestion\tanswer\tquestion_id\tstrategy\tquestion_sha256\tprediction\n");
        }
        else if (name == "table.csv")
        {
            text.Append("id,strategy,answer,question_sha256\n");
        }

        foreach (var (line, i) in lines.Select((line, i) => (line, i)))
        {
            var question = questions[(line.Strategy, line.Id)];
            var hash = QuestionHash.Of(question);
            var letter = OptionList.Letter(question.AnswerIndex!.Value);
            string Quoted(string field) => "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
            text.Append(format switch
            {
                AnswerFormat.VlmEvalKit => string.Create(CultureInfo.InvariantCulture, $"{i}\tWhat?\t{letter}\t{line.Id}\t{line.Strategy}\t{hash}\t{Quoted(line.Text!)}\n"),
                AnswerFormat.LmmsEval => new JsonObject
                {
                    ["doc_id"] = i,
                    ["target"] = letter.ToString(),
                    ["filtered_resps"] = line.Text,
                    ["doc_hash"] = ExchangeRow.Of(question, new PromptSettings()).LmmsEvalHash(),
                    ["doc"] = new JsonObject { ["question_id"] = line.Id, ["strategy"] = line.Strategy, ["question_sha256"] = hash },
                }.ToJsonString() + "\n",
                _ when name == "table.csv" => $"{line.Id},{line.Strategy},{Quoted(line.Text!)},{hash}\n",
                _ => new JsonObject { ["id"] = line.Id, ["strategy"] = line.Strategy, ["answer"] = line.Text, ["question_sha256"] = hash }.ToJsonString() + "\n",
            });
        }

        return text.ToString();
    }
}
