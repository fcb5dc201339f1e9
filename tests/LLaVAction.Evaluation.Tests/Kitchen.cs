using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Testing;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Tests;

/// <summary>A benchmark of made-up clips on disk, and runs over it with fake models.</summary>
internal sealed class Kitchen : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public Kitchen(int clips = 12, Protocol protocol = Protocol.Mqa)
    {
        string[] strategies = ["random", "tim"];
        Directory.CreateDirectory(_folder["benchmark"]);
        AskedSet[] sets = [.. strategies.Select(strategy => new AskedSet(strategy, [.. Enumerable.Range(0, clips).Select(clip => Question(strategy, clip, protocol))]))];
        foreach (var set in sets)
        {
            File.WriteAllBytes(_folder[$"benchmark/{set.Strategy}.jsonl"], set.ToBytes());
        }

        File.WriteAllBytes(_folder["benchmark/manifest.json"], BenchmarkJson.ToBytes(Manifest(sets, protocol)));
        Benchmark = BenchmarkFolder.Open(_folder["benchmark"]);
    }

    public BenchmarkFolder Benchmark { get; }

    public string this[string name] => _folder[name];

    public static EvaluationSettings Settings { get; } = new()
    {
        Prompt = new PromptSettings(),
        FrameCounts = [4, 8],
        FramePolicy = new FramePolicy(FramePolicyKind.Midpoint),
        Scoring = [AnswerScoring.Letter],
        Rotations = 2,
        Seed = 42,
    };

    public QuestionSelection Select(int? limit = null, IReadOnlySet<string>? ids = null, params string[] strategies) =>
        QuestionSelection.Read(Benchmark, strategies, ids, limit);

    public EvaluationRequest Request(string output, EvaluationSettings? settings = null, Shard? shard = null, bool retriesFailed = false) => new()
    {
        Selection = Select(),
        Settings = settings ?? Settings,
        Output = _folder[output],
        Shard = shard ?? Shard.Whole,
        RetriesFailed = retriesFailed,
        DecodeWorkers = 2,
    };

    public static async Task<EvaluationReport> RunAsync(EvaluationRequest request, FakeModel model, IFrameReader? frames, CancellationToken cancellationToken = default)
    {
        using var run = EvaluationRun.Open(request, model.Description, frames?.Layout);
        return await run.ExecuteAsync(model, frames, _ => { }, cancellationToken);
    }

    /// <summary>The summary of a run without its times, which alone may differ between equal runs.</summary>
    public string Summary(string output) => WithoutTimes(File.ReadAllText(_folder[$"{output}/summary.json"]));

    public static string WithoutTimes(string summary) => summary[..summary.IndexOf("\"times\"", StringComparison.Ordinal)];

    public IReadOnlyList<ResultLine> Lines(string output) =>
        [.. Directory.GetFiles(_folder[output], "results-*.jsonl").Order(StringComparer.Ordinal).SelectMany(file => ResultFile.Read(file).Lines)];

    public void Dispose() => _folder.Dispose();

    private static Question Question(string strategy, int clip, Protocol protocol)
    {
        var video = string.Create(CultureInfo.InvariantCulture, $"P01_{11 + (clip / 6)}");
        var id = string.Create(CultureInfo.InvariantCulture, $"{video}_{clip % 6}");
        var answer = new KeyedRandom(1, id, "answer").NextInt32(5);
        var isMissing = protocol == Protocol.Recognition && clip % 4 == 0;
        return new Question
        {
            Id = id,
            VideoId = video,
            ParticipantId = "P01",
            StartSeconds = 2 * (clip % 6),
            StopSeconds = (2 * (clip % 6)) + 1.5,
            StartFrame = 1,
            StopFrame = 90,
            Narration = $"wash cup {clip}",
            VerbClass = 2,
            NounClass = clip,
            Strategy = strategy,
            Options = [.. Enumerable.Range(0, 5).Select(option => option == answer && !isMissing ? $"wash cup {clip}" : $"{strategy} {option}")],
            OptionClasses = [.. Enumerable.Range(0, 5).Select(option => option == answer && !isMissing ? $"2:{clip}" : $"{option % 3}:{100 + option}")],
            OptionRanks = [1, 2, 3, 4, 5],
            AlsoTrue = [null, null, null, null, null],
            AnswerIndex = isMissing ? null : answer,
            GroundTruthRank = isMissing ? 9 : answer + 1,
        };
    }

    private static BenchmarkManifest Manifest(AskedSet[] sets, Protocol protocol) => new()
    {
        SchemaVersion = BenchmarkManifest.CurrentSchemaVersion,
        ToolVersion = "0.0.0",
        Seed = 42,
        OptionsPerQuestion = 5,
        Representation = Representation.Narration,
        Protocol = protocol,
        Ambiguous = AmbiguousDistractors.Keep,
        Limit = null,
        Sources = [],
        ClipsAsked = sets[0].Questions.Count,
        PoolClips = sets[0].Questions.Count,
        PoolClasses = 10,
        ClipsInEverySet = sets[0].Questions.Count,
        Sets = [.. sets.Select(set => new SetEntry
        {
            Strategy = set.Strategy,
            Provenance = Provenance.Simulated,
            DumpFormat = null,
            File = set.Strategy + ".jsonl",
            Sha256 = AskedSet.Sha256(set.ToBytes()),
            Questions = set.Questions.Count,
            Excluded = 0,
            TruthInFirstK = null,
            Substitutions = 0,
            RedrawnNarrations = 0,
            QuestionsWithAlsoTrue = 0,
            Chance = 0.2,
            Judges = [],
            OptionsOnly = null,
            PassedOver = [],
        })],
        Licence = "made up",
    };
}
