using System.Security.Cryptography;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;

namespace LLaVAction.Exchange.Published;

/// <summary>Makes a frozen benchmark of imported questions: the files and the manifest of a built one, without strategies and dumps.</summary>
public static class PublishedSets
{
    /// <summary>The name of the set with subtitles.</summary>
    public const string WithSubtitles = "video-mme-subtitles";

    /// <summary>Renders the files.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="questions">Its questions.</param>
    /// <param name="subtitles">Video → the subtitles that the prompt shows; null for the set without subtitles alone.</param>
    /// <param name="sources">The files they were read from.</param>
    /// <param name="toolVersion">Version of the tool.</param>
    public static RenderedBenchmark Render(
        PublishedBenchmark benchmark,
        IReadOnlyList<Question> questions,
        IReadOnlyDictionary<string, string>? subtitles,
        IEnumerable<SourceFile> sources,
        string toolVersion)
    {
        var name = SettingNames.Of(benchmark);
        var most = questions.Max(static question => question.Options.Count);
        List<(string Name, Question[] Questions)> sets = [(name, [.. questions.Select(question => question with { Strategy = name })])];
        if (subtitles is not null)
        {
            sets.Add((WithSubtitles, [.. questions.Select(question => question with { Strategy = WithSubtitles, Subtitles = subtitles.GetValueOrDefault(question.VideoId, SubtitleFile.None) })]));
        }

        RenderedFile[] files = [.. sets.Select(static set => new RenderedFile(set.Name + ".jsonl", BenchmarkJson.ToLines(set.Questions)))];
        var manifest = new BenchmarkManifest
        {
            SchemaVersion = BenchmarkManifest.CurrentSchemaVersion,
            ToolVersion = toolVersion,
            Seed = 0,
            OptionsPerQuestion = most,
            Representation = Representation.Narration,
            Protocol = Protocol.Mqa,
            Ambiguous = AmbiguousDistractors.Keep,
            Limit = null,
            Sources = [.. sources.OrderBy(static source => source.Role, StringComparer.Ordinal).ThenBy(static source => source.File, StringComparer.Ordinal)],
            ClipsAsked = questions.Count,
            PoolClips = 0,
            PoolClasses = 0,
            ClipsInEverySet = questions.Count,
            Sets = [.. sets.Select((set, i) => Describe(set.Name, set.Questions, files[i], most))],
            Licence = LicenceOf(benchmark),
            PublishedBenchmark = benchmark,
        };
        return new RenderedBenchmark(manifest, [.. files, new RenderedFile(BenchmarkFolder.ManifestName, BenchmarkJson.ToBytes(manifest))]);
    }

    private static SetEntry Describe(string name, Question[] questions, RenderedFile file, int most) => new()
    {
        Strategy = name,
        Provenance = Provenance.Unstated,
        DumpFormat = null,
        File = file.Name,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span)),
        Questions = questions.Length,
        Excluded = 0,
        TruthInFirstK = null,
        Substitutions = 0,
        RedrawnNarrations = 0,
        QuestionsWithAlsoTrue = 0,
        Chance = SetFigures.Chance(questions, most),
        Judges = [],
        OptionsOnly = null,
        PassedOver = [],
    };

    private static string LicenceOf(PublishedBenchmark benchmark) => benchmark switch
    {
        PublishedBenchmark.EgoSchema => "Questions: EgoSchema; videos: under the Ego4D licence, from their owners. Do not pass on without their leave.",
        PublishedBenchmark.MvBench => "Questions and videos: MVBench, compiled of data sets with terms of their own, some non-commercial (STAR, Moments in Time), some after registration (NTU RGB+D). Do not pass on.",
        PublishedBenchmark.VideoMme => "Questions and videos: Video-MME, for academic research alone; the videos belong to their owners. Do not pass on.",
        PublishedBenchmark.LongVideoBench => "Questions and videos: LongVideoBench, CC BY-NC-SA 4.0, behind an agreement. Do not pass on.",
        PublishedBenchmark.NextQa => "Questions and videos: NExT-QA; the videos are of VidOR and YFCC100M, under the terms of their owners.",
        _ => "Questions and videos: Perception Test, CC BY 4.0.",
    };
}
