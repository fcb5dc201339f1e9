using System.Text;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Core.Tests.Benchmarks.Support;

/// <summary>A built synthetic benchmark on disk, for tests of what reads it.</summary>
internal static class KitchenFiles
{
    public static IReadOnlyList<RenderedFile> Render(SyntheticKitchen kitchen, BenchmarkSettings? settings = null) =>
        BenchmarkRenderer.Render(
            kitchen.Build(settings ?? new BenchmarkSettings { OptionsPerQuestion = 4 }),
            [new SourceFile("annotations", "synthetic.csv", new string('a', 64), kitchen.Clips.Count)],
            limit: null,
            toolVersion: "0.0.0-test").Files;

    public static void Write(string folder, IReadOnlyList<RenderedFile> files) => new BenchmarkFolderWriter(folder).Write(files);

    /// <summary>The files of a folder with their content, staging left out.</summary>
    public static SortedDictionary<string, string> Read(string folder) => new(
        Directory.GetFiles(folder).ToDictionary(path => Path.GetFileName(path), path => File.ReadAllText(path, Encoding.UTF8)),
        StringComparer.Ordinal);
}
