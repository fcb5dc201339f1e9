using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Remote.Tests;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests;

/// <summary>
/// Every example of every <c>--help</c> runs, in the order of the overview, in one folder that begins with the files the
/// examples name: the synthetic kitchen of <c>data/demo</c> under the names a researcher's files would have. What one
/// example makes, later ones may use.
/// </summary>
public sealed class HelpExamplesTests
{
    [Fact]
    public async Task Every_command_shows_its_examples_on_its_help_page()
    {
        foreach (var command in CommandRegistry.All)
        {
            var help = await CliProcess.RunAsync(command.Name, "--help");

            Assert.Equal(0, help.ExitCode);
            Assert.NotEmpty(command.Examples);
            Assert.All(command.Examples, example => Assert.Contains($"  {example.CommandLine}\n", help.Output, StringComparison.Ordinal));
            Assert.All(command.Examples, example => Assert.StartsWith($"llavaction {command.Name}", example.CommandLine, StringComparison.Ordinal));
        }
    }

    [SkippableFact]
    public async Task Every_example_runs()
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");
        Skip.IfNot((await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");
        using var folder = new TemporaryFolder();
        LayOutKitchen(folder);
        await using var service = await FakeServer.StartAsync(AnswerAsked);
        var environment = $"OPENAI_API_KEY=none LLAVACTION_EVALUATE_MODEL_BASE_URL={service.BaseUrl} LLAVACTION_DISTILL_BASE_URL={service.BaseUrl}";

        // Training needs a libtorch and the videos of a training split, which the kitchen has not.
        var failures = new List<string>();
        foreach (var line in CommandRegistry.All.Where(command => command.Name != "train-model").SelectMany(command => command.Examples).Select(example => example.CommandLine))
        {
            var run = await Shell.RunAsync($"export {environment} && cd '{folder.FullName}' && llavaction() {{ dotnet '{CliProcess.ToolPath}' \"$@\"; }} && {line}");
            // Four questions decide no margin of accuracy.
            var isUndecided = run.ExitCode == ExitCode.Incomplete && line.Contains("--mode accuracy", StringComparison.Ordinal);
            if (run.ExitCode != ExitCode.Done && !isUndecided)
            {
                failures.Add($"{line}\n  exit code {run.ExitCode}: {run.Error}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    // A service that gives each kind of request what it asks for.
    private static string AnswerAsked(SeenRequest request) => (string?)request.Body["response_format"]?["json_schema"]?["name"] switch
    {
        "caption" => FakeServer.Reply("{\"answer_with_reasoning\": \"I take a plate.\", \"disagree_with_human_annotation\": false}"),
        "question_answer_pairs" => FakeServer.Reply(
            "{\"first_question\": \"q\", \"first_answer\": \"a\", \"second_question\": \"q\", \"second_answer\": \"a\", \"third_question\": \"q\", \"third_answer\": \"a\"}"),
        _ => FakeServer.Reply("B", top: [("B", -0.2), ("A", -2), ("C", -3), ("D", -4), ("E", -5)]),
    };

    private static void LayOutKitchen(TemporaryFolder folder)
    {
        var demo = Path.Combine(Repository.Root, "data", "demo");
        foreach (var file in Directory.GetFiles(Path.Combine(demo, "annotations")))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        // Dumps are recognised by content, so that one under the usual name of AVION's pickle may hold JSON.
        File.Copy(Path.Combine(demo, "predictions", "avion_pred_ids_val.json"), folder["avion.pkl"]);
        File.Copy(Path.Combine(demo, "predictions", "tim_pred_ids_val.json"), folder["tim.json"]);
        TinyRecognizer.Write(folder["avion_finetune_cls_lavila_vitl_best.pt"], folder["EPIC_100_train.csv"], folder["EPIC_100_validation.csv"]);
        File.Copy(Path.Combine(Repository.Root, "configs", "prices.json"), folder["prices.json"]);
        var metadata = Path.Combine(Repository.Root, "tests", "Goldens", "published-metadata");
        File.Copy(Path.Combine(metadata, "nextqa.csv"), folder["nextqa.csv"]);
        Directory.CreateDirectory(folder["mvbench"]);
        Directory.CreateSymbolicLink(folder["mvbench/json"], Path.Combine(metadata, "mvbench"));
        string[] ids = [.. File.ReadLines(folder["EPIC_100_validation.csv"]).Skip(1).Take(2).Select(line => line.Split(',')[0])];
        File.WriteAllLines(folder["answers.csv"], ["id,answer", .. ids.Select(id => $"{id},B")]);
        File.WriteAllLines(folder["samples.jsonl"], ids.Select((id, i) => $$$"""{"doc_id": {{{i}}}, "doc": {"question_id": "{{{id}}}"}, "filtered_resps": "B"}"""));
        File.WriteAllLines(folder["mqa-rows.jsonl"], Enumerable.Range(0, 2).Select(i => $$$"""
            {"video": "P01-P01_11", "conversations": [{"from": "human", "value": "['A. wash cup', 'B. take plate']"}, {"from": "gpt", "value": "B. take plate"}], "id": "P01-P01_11", "split": "train", "task_instruction": "", "num_samples": 1, "question_type": "mc_GT_random_narration", "dataset_name": "EK100", "start_timestamp": {{{i}}}.0, "end_timestamp": {{{i}}}.5, "verb_id": 0, "noun_id": 2, "action_id": 1}
            """.Trim()));
        File.WriteAllText(folder["study.yaml"], """
            output: study
            benchmark: mqa-small
            evaluate-model: { videos: videos, frames: 4, limit: 4 }
            runs:
              model: { model: model }
              blind: { model: model, control: blind }
            """);
        Directory.CreateSymbolicLink(folder["videos"], Path.Combine(demo, "videos"));
        Directory.CreateSymbolicLink(folder["model"], Path.Combine(demo, "tiny-random"));
        Directory.CreateSymbolicLink(folder["pack"], ParityPacks.Folder);
    }
}
