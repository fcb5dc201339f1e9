using System.Globalization;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Benchmarks.Support;

/// <summary>
/// Made-up clips and dumps in which everything that makes question building hard happens often: narrations shared by
/// classes, narrations that differ in case and final periods only, overlapping clips, rows with several nouns, truths far
/// down or missing in the ranking.
/// </summary>
internal sealed class SyntheticKitchen
{
    private static readonly string[] Verbs = ["take", "put", "wash", "cut", "open", "turn-on"];
    private static readonly string[] Nouns = ["plate", "board:chopping", "cup", "knife", "tap", "machine:sous:vide", "spoon"];
    private readonly KeyedRandom _random;

    public SyntheticKitchen(int seed, int clipCount = 60, int classCount = 30)
    {
        _random = new KeyedRandom(seed, "synthetic", "kitchen");
        Classes = [.. Enumerable.Range(0, classCount).Select(static i => new ActionClass(i % 6, i / 6))];
        for (var i = 0; i < clipCount; i++)
        {
            Clips.Add(MakeClip(i));
        }

        // Every class has a clip, as every class of a real dump has.
        for (var i = 0; i < classCount; i++)
        {
            Others.Add(MakeClip(clipCount + i, Classes[i]));
        }

        Clips.Sort(static (left, right) => string.CompareOrdinal(left.NarrationId, right.NarrationId));
        Avion = MakeDump("avion.json", depth: 28);
        Tim = MakeDump("tim.json", depth: 20);
    }

    /// <summary>Clips to ask about, in ordinal order of their ids.</summary>
    public List<ClipAnnotation> Clips { get; } = [];

    /// <summary>Further clips of the pool.</summary>
    public List<ClipAnnotation> Others { get; } = [];

    public ActionClass[] Classes { get; }

    public PredictionDump Avion { get; }

    public PredictionDump Tim { get; }

    public IReadOnlyList<ClipAnnotation> Pool => [.. Clips, .. Others];

    public IReadOnlyList<StrategySource> Sources =>
    [
        new("random", null, Provenance.Unstated),
        new("avion", Avion.Path, Provenance.Simulated) { Dump = Avion },
        new("tim", Tim.Path, Provenance.Simulated) { Dump = Tim },
    ];

    public static string OfficialKey(ActionClass actionClass)
    {
        var parts = Nouns[actionClass.Noun % Nouns.Length].Split(':');
        return Verbs[actionClass.Verb % Verbs.Length] + " " + string.Join(' ', parts.Skip(1).Append(parts[0]));
    }

    public BuiltBenchmark Build(BenchmarkSettings settings) => BenchmarkBuilder.Build(Clips, Pool, OfficialKey, Sources, settings);

    private ClipAnnotation MakeClip(int number, ActionClass? wanted = null)
    {
        var actionClass = wanted ?? Pick(Classes);
        var video = $"P{_random.NextInt32(3) + 1:00}_0{_random.NextInt32(2) + 1}";
        var start = _random.NextInt32(2000) / 100.0;
        var noun = Nouns[actionClass.Noun % Nouns.Length];
        var nouns = new List<string> { noun };
        var nounClasses = new List<int> { actionClass.Noun };
        if (_random.NextInt32(5) == 0)
        {
            nouns.Add(Nouns[(actionClass.Noun + 1) % 5]);
            nounClasses.Add((actionClass.Noun + 1) % 5);
        }

        return new ClipAnnotation
        {
            NarrationId = string.Create(CultureInfo.InvariantCulture, $"{video}_{number}"),
            ParticipantId = video[..3],
            VideoId = video,
            NarrationSeconds = null,
            StartSeconds = start,
            StopSeconds = start + ((_random.NextInt32(400) + 10) / 100.0),
            StartFrame = 1,
            StopFrame = 100,
            Narration = MakeNarration(actionClass),
            Verb = Verbs[actionClass.Verb],
            Noun = noun,
            Class = actionClass,
            AllNouns = nouns,
            AllNounClasses = nounClasses,
        };
    }

    private string MakeNarration(ActionClass actionClass)
    {
        // "stir" and "take out" belong to many classes, as in the real annotations.
        var text = _random.NextInt32(6) switch
        {
            0 => "take out",
            1 => "stir",
            2 => $"{Verbs[actionClass.Verb]} the {Nouns[actionClass.Noun % Nouns.Length].Split(':')[0]}",
            _ => $"{Verbs[actionClass.Verb]} {Nouns[actionClass.Noun % Nouns.Length].Split(':')[0]}",
        };
        return _random.NextInt32(6) switch
        {
            0 => text + ".",
            1 => text.ToUpperInvariant(),
            _ => text,
        };
    }

    private PredictionDump MakeDump(string path, int depth) => new(
        path,
        "llavaction-json",
        Clips.ToDictionary(static clip => clip.NarrationId, clip => MakeRanking(clip, depth), StringComparer.Ordinal));

    private ActionRanking MakeRanking(ClipAnnotation clip, int depth)
    {
        var others = Classes.Where(other => other != clip.Class).ToArray();
        _random.Shuffle(others.AsSpan());
        var ranked = others.ToList();
        ranked.Insert(_random.NextInt32(10), clip.Class);
        if (_random.NextInt32(8) == 0)
        {
            ranked.Remove(clip.Class);
        }

        return ActionRanking.FromList([.. ranked.Take(depth).Select(static actionClass => new RankedAction(actionClass, null))]);
    }

    private T Pick<T>(T[] items) => items[_random.NextInt32(items.Length)];
}
