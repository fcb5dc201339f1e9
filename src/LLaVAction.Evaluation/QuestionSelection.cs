using LLaVAction.Benchmarks;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation;

/// <summary>Which clips a limited run asks about.</summary>
public enum ClipSample
{
    /// <summary>Drawn evenly over the videos, by the benchmark's seed.</summary>
    Stratified,

    /// <summary>The first, in the order of the set.</summary>
    First,
}

/// <summary>The sets of a benchmark that a run is about, and which of their questions it asks.</summary>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Sets">The sets as read, in the order given.</param>
/// <param name="Whole">All their questions.</param>
/// <param name="Asked">The questions asked.</param>
public sealed record QuestionSelection(
    BenchmarkFolder Benchmark,
    IReadOnlyList<QuestionSet> Sets,
    IReadOnlyList<AskedSet> Whole,
    IReadOnlyList<AskedSet> Asked)
{
    /// <summary>Reads the sets and selects from them; a limit counts clips, so that every set asks about the same ones.</summary>
    /// <param name="benchmark">The benchmark.</param>
    /// <param name="strategies">Sets to ask; empty for all of the benchmark.</param>
    /// <param name="ids">Clips to ask about; null for all.</param>
    /// <param name="limit">How many of them at most; null for all.</param>
    /// <param name="sample">Which of them. Either way a larger limit has all clips of a smaller one.</param>
    /// <exception cref="InputException">A set or an id does not exist, or nothing is left to ask.</exception>
    public static QuestionSelection Read(
        BenchmarkFolder benchmark, IReadOnlyList<string> strategies, IReadOnlySet<string>? ids, int? limit, ClipSample sample = ClipSample.First)
    {
        if (limit < 1)
        {
            throw new InputException($"--limit {limit}: expected at least 1.");
        }

        var names = strategies.Count > 0 ? strategies.Distinct(StringComparer.Ordinal) : benchmark.Manifest.Sets.Select(set => set.Strategy);
        QuestionSet[] sets = [.. names.Select(benchmark.ReadSet)];
        AskedSet[] whole = [.. sets.Select(set => new AskedSet(set.Entry.Strategy, set.Questions))];
        var order = WorkPlan.ClipOrder(whole);
        if (ids is not null)
        {
            RefuseUnknown(benchmark, ids, order);
        }

        var candidates = order.Where(id => ids?.Contains(id) ?? true);
        if (limit is not null && sample == ClipSample.Stratified)
        {
            var videos = whole.SelectMany(set => set.Questions).DistinctBy(question => question.Id, StringComparer.Ordinal)
                .ToDictionary(question => question.Id, question => question.VideoId, StringComparer.Ordinal);
            candidates = OverVideos(candidates, videos, benchmark.Manifest.Seed);
        }

        var chosen = candidates.Take(limit ?? int.MaxValue).ToHashSet(StringComparer.Ordinal);
        AskedSet[] asked = [.. whole.Select(set => set with { Questions = [.. set.Questions.Where(question => chosen.Contains(question.Id))] })];
        return Array.Find(asked, set => set.Questions.Count == 0) is { } empty
            ? throw new InputException($"{benchmark.Path}: set '{empty.Strategy}' has none of the questions asked for.")
            : new QuestionSelection(benchmark, sets, whole, asked);
    }

    // The clips in an order of which every beginning has its share of each video: within a video they are shuffled and stand at
    // (j + u) / n, with one u in [0, 1) a video.
    private static IEnumerable<string> OverVideos(IEnumerable<string> ids, Dictionary<string, string> videos, long seed) =>
        ids.GroupBy(id => videos[id], StringComparer.Ordinal)
            .SelectMany(video =>
            {
                var random = new KeyedRandom(seed, video.Key, "sample");
                string[] clips = [.. video.Order(StringComparer.Ordinal)];
                random.Shuffle(clips.AsSpan());
                var offset = random.NextDouble();
                return clips.Select((id, j) => (Id: id, Place: (j + offset) / clips.Length));
            })
            .OrderBy(static clip => clip.Place)
            .ThenBy(static clip => clip.Id, StringComparer.Ordinal)
            .Select(static clip => clip.Id);

    private static void RefuseUnknown(BenchmarkFolder benchmark, IReadOnlySet<string> ids, IReadOnlyList<string> order)
    {
        var known = order.ToHashSet(StringComparer.Ordinal);
        string[] unknown = [.. ids.Where(id => !known.Contains(id)).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            throw new InputException(
                $"--ids: {unknown.Length} of {ids.Count} ids are not in {benchmark.Path}: {string.Join(", ", unknown.Take(10))}{(unknown.Length > 10 ? ", …" : "")}.");
        }
    }
}
