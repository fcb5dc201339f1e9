using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Core.Tests.Benchmarks.Support;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

public sealed class BenchmarkFolderWriterTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("llavaction-writer-").FullName;
    private readonly IReadOnlyList<RenderedFile> _old = KitchenFiles.Render(new SyntheticKitchen(1));
    private readonly IReadOnlyList<RenderedFile> _replacement = WithoutAvion(new SyntheticKitchen(2));

    private string Folder => Path.Combine(_root, "benchmark");

    [Fact]
    public void A_kill_before_any_step_leaves_the_old_set_the_new_set_or_a_folder_known_to_be_incomplete()
    {
        var steps = StepsOf(_replacement);
        var seen = new HashSet<string>();
        for (var killed = 0; killed < steps.Count; killed++)
        {
            Reset();
            KitchenFiles.Write(Folder, _old);
            WriteAndDieAt(killed, _replacement);

            var state = StateOf();
            Assert.True(state is "old" or "new" or "incomplete", $"killed before '{steps[killed]}': {state}");
            seen.Add(state);

            // Whatever was left behind, the next build with --force makes exactly the new benchmark.
            KitchenFiles.Write(Folder, _replacement);
            Assert.Equal(_replacement.Select(file => file.Name).Order(), Directory.GetFileSystemEntries(Folder).Select(Path.GetFileName).Order());
            Assert.Equal("new", StateOf());
        }

        Assert.Equal(["incomplete", "new", "old"], seen.Order());
    }

    [Fact]
    public void A_kill_of_the_first_build_leaves_nothing_that_passes_for_a_set()
    {
        for (var killed = 1; killed < StepsOf(_old, isFirst: true).Count - 1; killed++)
        {
            Reset();
            WriteAndDieAt(killed, _old);

            Assert.Equal("incomplete", StateOf());
        }
    }

    [Fact]
    public void An_incomplete_folder_says_so_to_whoever_opens_it()
    {
        KitchenFiles.Write(Folder, _old);
        File.Delete(Path.Combine(Folder, "manifest.json"));

        var error = Assert.Throws<InputException>(() => BenchmarkFolder.Open(Folder));

        Assert.Contains("not a complete benchmark", error.Message, StringComparison.Ordinal);
        Assert.Contains("--force", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_of_the_folder_are_left_alone()
    {
        KitchenFiles.Write(Folder, _old);
        File.WriteAllText(Path.Combine(Folder, "notes.txt"), "mine");
        File.WriteAllText(Path.Combine(Folder, "bias.jsonl"), "mine too");

        KitchenFiles.Write(Folder, _replacement);

        Assert.Equal(["bias.jsonl", "manifest.json", "notes.txt", "random.jsonl", "tim.jsonl"], KitchenFiles.Read(Folder).Keys);
    }

    [Fact]
    public void An_existing_path_is_refused_unless_it_may_be_replaced()
    {
        Directory.CreateDirectory(Folder);
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        Assert.Contains("--force", Assert.Throws<InputException>(() => BenchmarkFolderWriter.RequireFree(Folder, force: false)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => BenchmarkFolderWriter.RequireFree(file, force: true));
        BenchmarkFolderWriter.RequireFree(Folder, force: true);
        BenchmarkFolderWriter.RequireFree(Path.Combine(_root, "new"), force: false);
    }

    [Fact]
    public void A_second_build_of_the_same_folder_is_refused_while_the_first_is_writing()
    {
        InputException? refused = null;
        new BenchmarkFolderWriter(Folder, step =>
        {
            if (step == "write manifest.json")
            {
                refused = Assert.Throws<InputException>(() => KitchenFiles.Write(Folder, _replacement));
            }
        }).Write(_old);

        Assert.Contains("another build is writing", refused!.Message, StringComparison.Ordinal);
        Assert.Equal("old", StateOf());
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named_and_nothing_is_left()
    {
        var file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");

        var error = Assert.Throws<InputException>(() => KitchenFiles.Write(Path.Combine(file, "below"), _old));

        Assert.Contains("cannot write the benchmark there", error.Message, StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFileSystemEntries(_root));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Manifest_says_that_clips_are_synthetic_only_where_they_are(bool isSynthetic)
    {
        var manifest = KitchenFiles.Render(new SyntheticKitchen(1), new BenchmarkSettings { OptionsPerQuestion = 4, IsSynthetic = isSynthetic })[^1].Content.Span;

        Assert.Equal(isSynthetic, BenchmarkJson.ParseManifest(manifest).IsSynthetic);
        Assert.Equal(isSynthetic, manifest.IndexOf("is_synthetic"u8) >= 0);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static IReadOnlyList<RenderedFile> WithoutAvion(SyntheticKitchen kitchen) => BenchmarkRenderer.Render(
        BenchmarkBuilder.Build(
            kitchen.Clips,
            kitchen.Pool,
            SyntheticKitchen.OfficialKey,
            [.. kitchen.Sources.Where(source => source.Name != "avion")],
            new BenchmarkSettings { OptionsPerQuestion = 4 }),
        [new SourceFile("annotations", "synthetic.csv", new string('b', 64), kitchen.Clips.Count)],
        limit: null,
        toolVersion: "0.0.0-test").Files;

    private List<string> StepsOf(IReadOnlyList<RenderedFile> files, bool isFirst = false)
    {
        Reset();
        if (!isFirst)
        {
            KitchenFiles.Write(Folder, _old);
        }

        var steps = new List<string>();
        new BenchmarkFolderWriter(Folder, steps.Add).Write(files);
        return steps;
    }

    private void WriteAndDieAt(int killed, IReadOnlyList<RenderedFile> files)
    {
        var step = 0;
        Assert.Throws<KilledException>(() => new BenchmarkFolderWriter(Folder, _ =>
        {
            if (step++ == killed)
            {
                throw new KilledException();
            }
        }).Write(files));
    }

    // What every command would take the folder for, and whether it is exactly that.
    private string StateOf()
    {
        BenchmarkFolder benchmark;
        try
        {
            benchmark = BenchmarkFolder.Open(Folder);
        }
        catch (InputException)
        {
            return "incomplete";
        }

        foreach (var (name, files) in new[] { ("old", _old), ("new", _replacement) })
        {
            if (files.All(file => File.Exists(Path.Combine(Folder, file.Name)) && File.ReadAllBytes(Path.Combine(Folder, file.Name)).AsSpan().SequenceEqual(file.Content.Span)))
            {
                Assert.All(benchmark.Manifest.Sets, set => benchmark.ReadSet(set.Strategy));
                return name;
            }
        }

        return "mixed";
    }

    private void Reset()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    /// <summary>Stands for the end of the process: nothing catches it.</summary>
    private sealed class KilledException : Exception;
}
