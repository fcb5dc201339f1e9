using LLaVAction.Cli.Commands;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
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

        // Training needs a libtorch and the videos of a training split, which the kitchen has not.
        var failures = new List<string>();
        foreach (var line in CommandRegistry.All.Where(command => command.Name != "train-model").SelectMany(command => command.Examples).Select(example => example.CommandLine))
        {
            var run = await Shell.RunAsync($"cd '{folder.FullName}' && llavaction() {{ dotnet '{CliProcess.ToolPath}' \"$@\"; }} && {line}");
            // Four questions decide no margin of accuracy.
            var isUndecided = run.ExitCode == ExitCode.Incomplete && line.Contains("--mode accuracy", StringComparison.Ordinal);
            if (run.ExitCode != ExitCode.Done && !isUndecided)
            {
                failures.Add($"{line}\n  exit code {run.ExitCode}: {run.Error}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

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
