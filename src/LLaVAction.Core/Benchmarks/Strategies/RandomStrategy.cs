using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>
/// Easy distractors: classes drawn uniformly, without replacement, from the pool's classes other than the truth
/// (the paper's equation (2), <c>C \ {a_i}</c>). The published code draws over classes too, but keeps the truth among
/// them, so that it can stand twice.
/// </summary>
public sealed class RandomStrategy(IReadOnlyList<ActionClass> classes, long seed) : IDistractorStrategy
{
    /// <summary>The name that needs no dump.</summary>
    public const string StrategyName = "random";

    /// <inheritdoc/>
    public string Name => StrategyName;

    /// <inheritdoc/>
    public string Origin => "strategy random";

    /// <inheritdoc/>
    public bool IsRanked => false;

    /// <inheritdoc/>
    public IEnumerable<Candidate> Candidates(ClipAnnotation clip)
    {
        var random = new KeyedRandom(seed, clip.NarrationId, "random-classes");
        var seen = new HashSet<int>();
        while (seen.Count < classes.Count)
        {
            var index = random.NextInt32(classes.Count);
            if (seen.Add(index) && classes[index] != clip.Class)
            {
                yield return new Candidate(classes[index], Rank: null);
            }
        }
    }

    /// <inheritdoc/>
    public int ClassCount(ClipAnnotation clip) => classes.Count;

    /// <inheritdoc/>
    public int? TruthRank(ClipAnnotation clip) => null;

    /// <inheritdoc/>
    public bool IsCutTied(ClipAnnotation clip) => false;
}
