using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>Where distractors come from: the candidates for a clip, in the order in which they are taken.</summary>
public interface IDistractorStrategy
{
    /// <summary>Name of the strategy and of its set.</summary>
    string Name { get; }

    /// <summary>Where the candidates come from, for messages.</summary>
    string Origin { get; }

    /// <summary>Whether the candidates are ranked, the truth among them.</summary>
    bool IsRanked { get; }

    /// <summary>The candidates other than the truth, first choice first; each class once.</summary>
    /// <exception cref="InputException">The strategy knows nothing of the clip.</exception>
    IEnumerable<Candidate> Candidates(ClipAnnotation clip);

    /// <summary>How many classes the candidates come from, the truth included.</summary>
    int ClassCount(ClipAnnotation clip);

    /// <summary>1-based rank of the clip's true class; null where there is none.</summary>
    int? TruthRank(ClipAnnotation clip);

    /// <summary>Whether the last of the clip's first candidates is one only by its name: its score equals that of the next.</summary>
    bool IsCutTied(ClipAnnotation clip);
}

/// <summary>A class that may become a distractor.</summary>
/// <param name="Class">The class.</param>
/// <param name="Rank">1-based rank in the dump's full list; null where there is none.</param>
public readonly record struct Candidate(ActionClass Class, int? Rank);
