using System.Security.Cryptography;
using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Building;

/// <summary>Turns a built benchmark into the bytes of its files.</summary>
public static class BenchmarkRenderer
{
    /// <summary>The licence note of every manifest: question files hold narrations.</summary>
    public const string Licence =
        "The questions contain narrations and labels of EPIC-KITCHENS-100 (annotations: CC BY-NC 4.0) and may be used under "
        + "the same terms, for non-commercial purposes.";

    /// <summary>Renders the set files, by ordinal name, and the manifest last.</summary>
    /// <param name="benchmark">The built sets.</param>
    /// <param name="sources">The files they were built from, in any order.</param>
    /// <param name="limit">How many rows were asked about at most; null where no limit was given.</param>
    /// <param name="toolVersion">Version of the tool.</param>
    public static IReadOnlyList<RenderedFile> Render(
        BuiltBenchmark benchmark,
        IEnumerable<SourceFile> sources,
        int? limit,
        string toolVersion) => Render(benchmark, sources, limit, toolVersion, out _);

    /// <summary>As the other, and gives the manifest as well.</summary>
    public static IReadOnlyList<RenderedFile> Render(
        BuiltBenchmark benchmark,
        IEnumerable<SourceFile> sources,
        int? limit,
        string toolVersion,
        out BenchmarkManifest manifest)
    {
        var files = new RenderedFile[benchmark.Sets.Count + 1];
        var entries = new SetEntry[benchmark.Sets.Count];
        var frequencies = OptionsOnlyFigures.Frequencies(benchmark.Pool.Clips, benchmark.AskedIds);
        Parallel.For(0, entries.Length, index =>
        {
            var set = benchmark.Sets[index];
            files[index] = new RenderedFile(set.Source.Name + ".jsonl", BenchmarkJson.ToLines(set.Questions));
            entries[index] = Describe(set, files[index], benchmark.Settings.OptionsPerQuestion, frequencies);
        });

        manifest = new BenchmarkManifest
        {
            SchemaVersion = BenchmarkManifest.CurrentSchemaVersion,
            ToolVersion = toolVersion,
            Seed = benchmark.Settings.Seed,
            OptionsPerQuestion = benchmark.Settings.OptionsPerQuestion,
            Representation = benchmark.Settings.Representation,
            Protocol = benchmark.Settings.Protocol,
            Ambiguous = benchmark.Settings.Ambiguous,
            Limit = limit,
            Sources =
            [
                .. sources
                    .OrderBy(static source => source.Role, StringComparer.Ordinal)
                    .ThenBy(static source => source.File, StringComparer.Ordinal)
                    .ThenBy(static source => source.Sha256, StringComparer.Ordinal),
            ],
            ClipsAsked = benchmark.AskedIds.Count,
            PoolClips = benchmark.Pool.Clips.Count,
            PoolClasses = benchmark.Pool.Classes.Count,
            ClipsInEverySet = CountShared(benchmark.Sets),
            Sets = entries,
            Licence = Licence,
        };
        files[^1] = new RenderedFile(BenchmarkFolder.ManifestName, BenchmarkJson.ToBytes(manifest));
        return files;
    }

    private static SetEntry Describe(
        BuiltSet set, RenderedFile file, int optionCount, IReadOnlyDictionary<ActionClass, int> frequencies) => new()
        {
            Strategy = set.Source.Name,
            Provenance = set.Source.Provenance,
            DumpFormat = set.Source.Dump?.Format,
            File = file.Name,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)),
            Questions = set.Questions.Count,
            Excluded = set.Excluded,
            TruthInFirstK = set.Source.Dump is null ? null : SetFigures.TruthInFirst(set.Questions, optionCount),
            Substitutions = SetFigures.Substitutions(set.PassedOver),
            RedrawnNarrations = set.RedrawnNarrations,
            QuestionsWithAlsoTrue = SetFigures.WithAlsoTrue(set.Questions),
            Chance = SetFigures.Chance(set.Questions, optionCount),
            Judges = set.Judges,
            OptionsOnly = OptionsOnlyFigures.Of(set.OptionClasses, frequencies),
            PassedOver = set.PassedOver,
        };

    private static int CountShared(IReadOnlyList<BuiltSet> sets)
    {
        var shared = sets[0].Questions.Select(static question => question.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var set in sets.Skip(1))
        {
            shared.IntersectWith(set.Questions.Select(static question => question.Id));
        }

        return shared.Count;
    }
}
