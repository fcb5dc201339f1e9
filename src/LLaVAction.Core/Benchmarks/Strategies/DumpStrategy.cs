using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>
/// Hard distractors: what an action recogniser takes the clip for. With the recogniser's scores <c>g(v_i)</c> (the paper's
/// equation (3)) the candidates are the best-ranked classes other than the truth, <c>TopK(g(v_i) \ {a_i})</c> (equation
/// (4)); their texts make the distractors (equation (5)).
/// </summary>
/// <remarks>
/// Under <see cref="Protocol.Training"/> the classes among the first 2K other than the truth come in a shuffled order
/// keyed by seed and id, and after them, should texts collide, the rest in rank order.
/// </remarks>
public sealed class DumpStrategy(string name, PredictionDump dump, BenchmarkSettings settings) : IDistractorStrategy
{
    private readonly int _window = settings.Protocol == Protocol.Training ? 2 * settings.OptionsPerQuestion : settings.OptionsPerQuestion;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Origin => dump.Path;

    /// <inheritdoc/>
    public bool IsRanked => true;

    /// <inheritdoc/>
    public IEnumerable<Candidate> Candidates(ClipAnnotation clip)
    {
        var ranking = RankingOf(clip);
        return settings.Protocol == Protocol.Training ? TrainingOrder(clip, ranking) : RankOrder(clip, ranking, first: 0);
    }

    /// <inheritdoc/>
    public int ClassCount(ClipAnnotation clip) => RankingOf(clip).Count;

    /// <inheritdoc/>
    public int? TruthRank(ClipAnnotation clip) => RankingOf(clip).RankOf(clip.Class);

    /// <inheritdoc/>
    public bool IsCutTied(ClipAnnotation clip) => RankingOf(clip).IsTiedAfter(_window);

    private static IEnumerable<Candidate> RankOrder(ClipAnnotation clip, ActionRanking ranking, int first)
    {
        for (var i = first; i < ranking.Count; i++)
        {
            if (ranking[i].Class != clip.Class)
            {
                yield return new Candidate(ranking[i].Class, i + 1);
            }
        }
    }

    private IEnumerable<Candidate> TrainingOrder(ClipAnnotation clip, ActionRanking ranking)
    {
        if (ranking.Count < _window)
        {
            throw new InputException(
                $"{dump.Path}: narration id '{clip.NarrationId}' has {ranking.Count} ranked classes, but --protocol training "
                + $"draws from the first {_window} (twice --options). Use a dump with more classes per clip, or fewer --options.");
        }

        var drawn = RankOrder(clip, ranking, first: 0).TakeWhile(candidate => candidate.Rank <= _window).ToArray();
        new KeyedRandom(settings.Seed, clip.NarrationId, "training-candidates").Shuffle(drawn.AsSpan());
        return drawn.Concat(RankOrder(clip, ranking, _window));
    }

    private ActionRanking RankingOf(ClipAnnotation clip) =>
        dump.Rankings.TryGetValue(clip.NarrationId, out var ranking)
            ? ranking
            : throw new InputException($"{dump.Path}: there is no prediction for narration id '{clip.NarrationId}'.");
}
