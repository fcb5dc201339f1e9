using System.Text.RegularExpressions;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Runs;
using LLaVAction.Training;

namespace LLaVAction.Cli.Tests.Training;

/// <summary><c>train-model</c> as whole processes on rows of <c>build-training-set</c>: killed, out of space, resumed, evaluated, refused.</summary>
public sealed partial class TrainModelProcessTests(TrainingKitchen kitchen) : IClassFixture<TrainingKitchen>
{
    // Without these the runtime itself writes files beyond the limit.
    private static readonly Dictionary<string, string> FewFiles = new()
    {
        ["DOTNET_EnableWriteXorExecute"] = "0",
        ["DOTNET_EnableDiagnostics"] = "0",
    };

    [SkippableFact]
    public async Task Killed_then_out_of_space_then_resumed_ends_with_the_bits_of_an_uninterrupted_run_that_both_engines_evaluate()
    {
        await TrainingKitchen.RequireAsync();
        string[] evaluated = ["--evaluate", kitchen["mqa"], "--keep", "1"];
        var whole = await TrainAsync(kitchen.Train("whole", evaluated));
        Assert.True(whole.ExitCode == 0, whole.Error);
        await KillAfterFirstCheckpointAsync(kitchen.Train("cut", evaluated));
        var kept = Tensors("cut/checkpoint-000002");

        var full = await Shell.RunAsync(
            $"trap '' XFSZ; ulimit -f 3000; exec dotnet '{CliProcess.ToolPath}' {string.Join(' ', kitchen.Train("cut", evaluated).Select(word => $"'{word}'"))}", FewFiles);
        var left = Directory.GetDirectories(kitchen["cut"], "checkpoint-*").Select(Path.GetFileName);

        Assert.True(full.ExitCode == 2, $"exit code {full.ExitCode}: {full.Error}");
        Assert.Contains("the checkpoint cannot be written", full.ErrorLines[^1], StringComparison.Ordinal);
        Assert.Equal(["checkpoint-000002"], left);
        Assert.Equal(kept, Tensors("cut/checkpoint-000002"));

        var resumed = await TrainAsync(kitchen.Train("cut", evaluated));

        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("Going on from", resumed.Error, StringComparison.Ordinal);
        Assert.Equal(Contents("whole/checkpoint-000006"), Contents("cut/checkpoint-000006"));
        Assert.Equal(Metrics("whole"), Metrics("cut"));
        var best = TrainingMetrics.Read(kitchen["cut/metrics.jsonl"]).Evaluations.MaxBy(static pair => pair.Value.Accuracy).Key;
        Assert.Equal(
            new[] { $"checkpoint-{best:D6}", "checkpoint-000006" }.Distinct(), Directory.GetDirectories(kitchen["cut"], "checkpoint-*").Select(Path.GetFileName).Order(StringComparer.Ordinal));

        foreach (var engine in new[] { "cpu", "torch" })
        {
            var result = await CliProcess.RunAsync(
                "evaluate-model", "--engine", engine, "--benchmark", kitchen["mqa"], "--model", kitchen["cut/checkpoint-000006"], "--videos", Path.Combine(kitchen.Demo, "videos"), "--frames", "2",
                "--output", kitchen[engine]);
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.DoesNotContain("warning", result.Error, StringComparison.Ordinal);
        }

        var (cpu, torch, during) = (Scores("cpu"), Scores("torch"), Scores("cut/evaluations/checkpoint-000006"));
        Assert.All(cpu.Zip(torch), pair => Assert.InRange(pair.First - pair.Second, -1e-3, 1e-3));
        Assert.All(during.Zip(torch), pair => Assert.InRange(pair.First - pair.Second, -1e-4, 1e-4));
    }

    [SkippableFact]
    public async Task Adapters_stored_alone_are_evaluated_over_the_model_they_name()
    {
        await TrainingKitchen.RequireAsync();
        var result = await TrainAsync(kitchen.Train(
            "adapters", "--lora-rank", "2", "--freeze", "tower,projector", "--save", "adapter", "--max-steps", "2", "--evaluate", kitchen["mqa"], "--evaluate-limit", "2"));

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("of 2 questions right", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(kitchen["adapters/checkpoint-000002/adapter_model.safetensors"]));
    }

    [SkippableFact]
    public async Task A_loss_that_is_no_number_leaves_the_last_good_checkpoint()
    {
        await TrainingKitchen.RequireAsync();
        var result = await TrainAsync(kitchen.Train("diverged", "--learning-rate", "1e30", "--warm-up", "0", "--save-every", "1"));

        Refused(result, "last good checkpoint");
        var checkpoint = Directory.GetDirectories(kitchen["diverged"], "checkpoint-*").Order(StringComparer.Ordinal).Last();
        Assert.Contains(checkpoint, result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(checkpoint, "training_state.safetensors")));
    }

    [SkippableFact]
    public async Task Videos_of_another_split_are_refused_before_the_first_step()
    {
        await TrainingKitchen.RequireAsync();
        Directory.CreateDirectory(kitchen["other-videos/P09"]);
        File.Copy(Path.Combine(kitchen.Demo, "videos", "P01", "P01_11.MP4"), kitchen["other-videos/P09/P09_01.MP4"]);

        Refused(await TrainAsync(kitchen.Train("no-videos", "--videos", kitchen["other-videos"])), "Does --videos hold the videos of the training split?");
        Assert.False(Directory.Exists(kitchen["no-videos"]));
    }

    [Fact]
    public async Task A_dump_of_another_split_is_refused()
    {
        var annotations = Path.Combine(kitchen.Demo, "annotations", "EPIC_100_train.csv");
        var result = await CliProcess.RunAsync(
            "build-training-set", "--annotations", annotations, "--strategy", $"avion={Path.Combine(kitchen.Demo, "predictions", "avion_pred_ids_val.json")}", "--output", kitchen["other-split"]);

        Refused(result, "avion_pred_ids_val.json");
        Assert.Contains(File.ReadLines(annotations).Skip(1).First().Split(',')[0], result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(kitchen["other-split"]));
    }

    [SkippableFact]
    public async Task A_mixture_that_names_a_missing_file_is_refused()
    {
        await TrainingKitchen.RequireAsync();
        File.WriteAllText(kitchen["missing.yaml"], "datasets:\n  - json_path: mqa-avion.jsonl\n    sampling_strategy: all\n");

        Refused(await TrainAsync(kitchen.Train("missing", "--data", kitchen["missing.yaml"])), $"names {kitchen["mqa-avion.jsonl"]}, which does not exist");
        Assert.False(Directory.Exists(kitchen["missing"]));
    }

    private static void Refused(CliResult result, string expected)
    {
        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}");
        Assert.Single(result.ErrorLines, static line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(expected, result.ErrorLines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    // libtorch takes its time to load where many tests run at once.
    private static Task<CliResult> TrainAsync(string[] arguments) => CliProcess.RunAsync(arguments, environment: null, timeout: TimeSpan.FromMinutes(8));

    private async Task KillAfterFirstCheckpointAsync(string[] arguments)
    {
        using var process = CliProcess.Start(arguments);
        var streams = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        while (!process.HasExited && !Directory.Exists(kitchen["cut/checkpoint-000002"]))
        {
            Thread.Yield();
        }

        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        await streams;
        Assert.False(Directory.Exists(kitchen["cut/checkpoint-000006"]), "the run ended before it was killed");
    }

    private Dictionary<string, string> Contents(string folder) => Directory.GetFiles(kitchen[folder])
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))), StringComparer.Ordinal);

    private string[] Tensors(string folder) => [.. Contents(folder).Where(static file => file.Key.EndsWith(".safetensors", StringComparison.Ordinal)).Select(static file => file.Value)];

    // Without times.
    private string[] Metrics(string run) => [.. File.ReadAllLines(kitchen[$"{run}/metrics.jsonl"]).Select(line => Seconds().Replace(line, ""))];

    private double[] Scores(string run) =>
        [.. RunFolder.Open(kitchen[run]).ReadResults().Cells.SelectMany(cell => RunFolder.Open(kitchen[run]).ReadResults().Read(cell, 0)).SelectMany(static row => row.Result!.LetterLogprobs!)];

    [GeneratedRegex("\"seconds\":[^}]*")]
    private static partial Regex Seconds();
}
