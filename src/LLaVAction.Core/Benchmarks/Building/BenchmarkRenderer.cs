using System.Security.Cryptography;

namespace LLaVAction.Benchmarks.Building;

/// <summary>A file of a benchmark, complete, in memory.</summary>
/// <param name="Name">File name without folder.</param>
/// <param name="Content">Its bytes.</param>
public sealed record RenderedFile(string Name, ReadOnlyMemory<byte> Content);

/// <summary>A benchmark as the bytes of its files.</summary>
/// <param name="Manifest">The manifest.</param>
/// <param name="Files">The set files, by ordinal name, and the manifest last.</param>
public sealed record RenderedBenchmark(BenchmarkManifest Manifest, IReadOnlyList<RenderedFile> Files);

/// <summary>Turns a built benchmark into the bytes of its files.</summary>
public static class BenchmarkRenderer
{
    /// <summary>The licence note of every manifest: question files hold narrations.</summary>
    public const string Licence =
        "The questions contain narrations and labels of EPIC-KITCHENS-100 (annotations: CC BY-NC 4.0) and may be used under "
        + "the same terms, for non-commercial purposes.";

    /// <summary>Renders the files.</summary>
    /// <param name="benchmark">The built sets.</param>
    /// <param name="sources">The files they were built from, in any order.</param>
    /// <param name="limit">How many rows were asked about at most; null where no limit was given.</param>
    /// <param name="toolVersion">Version of the tool.</param>
    public static RenderedBenchmark Render(BuiltBenchmark benchmark, IEnumerable<SourceFile> sources, int? limit, string toolVersion)
    {
        var settings = benchmark.Settings;
        var sets = ParallelMap.Map(benchmark.Sets, static set => new RenderedFile(set.Source.Name + ".jsonl", BenchmarkJson.ToLines(set.Questions)));
        var manifest = new BenchmarkManifest
        {
            SchemaVersion = BenchmarkManifest.CurrentSchemaVersion,
            ToolVersion = toolVersion,
            Seed = settings.Seed,
            OptionsPerQuestion = settings.OptionsPerQuestion,
            Representation = settings.Representation,
            Protocol = settings.Protocol,
            Ambiguous = settings.Ambiguous,
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
            Sets = [.. benchmark.Sets.Select((set, index) => Describe(set, sets[index], settings.OptionsPerQuestion))],
            Licence = Licence,
            IsSynthetic = settings.IsSynthetic,
        };
        return new RenderedBenchmark(manifest, [.. sets, new RenderedFile(BenchmarkFolder.ManifestName, BenchmarkJson.ToBytes(manifest))]);
    }

    private static SetEntry Describe(BuiltSet set, RenderedFile file, int optionCount) => new()
    {
        Strategy = set.Source.Name,
        Provenance = set.Source.Provenance,
        DumpFormat = set.Source.Dump?.Format,
        File = file.Name,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)),
        Questions = set.Questions.Count,
        Excluded = set.Excluded,
        TruthInFirstK = set.Source.Dump is null ? null : SetFigures.TruthInFirst(set.Questions, optionCount),
        TiesAtCut = set.TiesAtCut,
        Substitutions = SetFigures.Substitutions(set.PassedOver),
        RedrawnNarrations = set.RedrawnNarrations,
        QuestionsWithAlsoTrue = SetFigures.WithAlsoTrue(set.Questions),
        Chance = SetFigures.Chance(set.Questions, optionCount),
        Judges = set.Judges,
        OptionsOnly = set.OptionsOnly,
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
