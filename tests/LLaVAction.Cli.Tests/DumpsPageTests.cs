using System.Runtime.InteropServices;
using LLaVAction.Cli.Output;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Epic;
using LLaVAction.Recognizers.Writing;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests;

/// <summary>Every command line of ours on <c>docs/dumps.md</c> runs, in the order of the page, on files of the names it gives.</summary>
public sealed class DumpsPageTests
{
    private const int Rows = 8;
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "dumps.md");

    [SkippableFact]
    public async Task Every_command_of_ours_runs()
    {
        Skip.IfNot(Shell.IsAvailable && (await Shell.RunAsync("command -v ffmpeg && command -v ffprobe")).ExitCode == 0, "needs ffmpeg");
        using var folder = new TemporaryFolder();
        LayOut(folder);
        string[] lines = [.. File.ReadLines(Page).Where(static line => line.StartsWith("llavaction ", StringComparison.Ordinal))];
        Assert.InRange(lines.Length, 6, 30);

        foreach (var line in lines)
        {
            var run = await Shell.RunAsync($"cd '{folder.FullName}' && llavaction() {{ dotnet '{CliProcess.ToolPath}' \"$@\"; }} && {line}");
            Assert.True(run.ExitCode == ExitCode.Done, $"{line}\n  exit code {run.ExitCode}: {run.Error}");
        }

        Assert.Equal(Rows, File.ReadLines(folder["mqa-avion/avion.jsonl"]).Count());
    }

    [Fact]
    public void The_table_of_DUMP_json_names_every_key()
    {
        var keys = typeof(LLaVAction.Recognizers.DumpDescription).GetProperties()
            .Select(static property => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        var page = File.ReadAllText(Page);

        Assert.All(keys, key => Assert.Contains($"`{key}`", page, StringComparison.Ordinal));
    }

    private static void LayOut(TemporaryFolder folder)
    {
        var demo = Path.Combine(Repository.Root, "data", "demo");
        foreach (var file in Directory.GetFiles(Path.Combine(demo, "annotations")))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }

        var validation = folder["EPIC_100_validation.csv"];
        File.WriteAllLines(validation, File.ReadAllLines(validation)[..(Rows + 1)]);
        Directory.CreateSymbolicLink(folder["videos"], Path.Combine(demo, "videos"));
        Directory.CreateSymbolicLink(folder["model"], Path.Combine(demo, "tiny-random"));
        TinyRecognizer.Write(folder["avion_finetune_cls_lavila_vitl_best.pt"], folder["EPIC_100_train.csv"], validation);
        WriteDumps(folder, EpicCsvReader.Read(validation), AnnotationPool.Unite(EpicCsvReader.Read(validation), EpicCsvReader.Read(folder["EPIC_100_train.csv"])).Classes.Classes);
    }

    /// <summary>What AVION's and TIM's scripts would have written.</summary>
    private static void WriteDumps(TemporaryFolder folder, AnnotationFile annotations, IReadOnlyList<ActionClass> classes)
    {
        var random = new KeyedRandom(3, "dumps", "scores");
        float[] scores = [.. Enumerable.Range(0, annotations.Clips.Count * classes.Count).Select(_ => (float)random.NextDouble())];
        using (var pickle = File.Create(folder["avion.pkl"]))
        {
            DumpWriter.Write(pickle, DumpFormat.AvionPickle, new ScoredClips(annotations.Clips, classes, (row, logits, probabilities) =>
            {
                scores.AsSpan(row * classes.Count, classes.Count).CopyTo(logits);
                scores.AsSpan(row * classes.Count, classes.Count).CopyTo(probabilities);
            }), null);
        }

        File.WriteAllBytes(folder["EPIC_100_validation_features.pkl"], PickleBuilder.Write(4, pickle => pickle.Dict(
            ("action", value => value.Array("f4", [annotations.Clips.Count, classes.Count], MemoryMarshal.AsBytes(scores.AsSpan()).ToArray())),
            ("v_narration_ids", value => value.ObjectArray([.. annotations.Clips.Select(static clip => "v_" + clip.NarrationId)])))));
        File.WriteAllLines(folder["tim-classes.csv"], classes.Select(static (action, i) => $"{i},{action.Verb},{action.Noun}").Prepend("action_class,verb_class,noun_class"));
    }
}
