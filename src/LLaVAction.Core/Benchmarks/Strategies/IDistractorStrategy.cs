using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Strategies;

/// <summary>Where distractors come from: the candidates for a clip, in the order in which they are taken.</summary>
public interface IDistractorStrategy
{
    /// <summary>Name of the strategy and of its set.</summary>
    string Name { get; }

    /// <summary>The candidates other than the truth, first choice first; each class once.</summary>
    /// <exception cref="InputException">The strategy knows nothing of the clip.</exception>
    IEnumerable<Candidate> Candidates(ClipAnnotation clip);

    /// <summary>1-based rank of the clip's true class; null where there is none.</summary>
    int? TruthRank(ClipAnnotation clip);

    /// <summary>The error of a clip for which the candidates ran out.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="found">Candidates that could be used.</param>
    /// <param name="needed">Candidates that the question needs.</param>
    /// <param name="passedOver">Candidates that could not be used (equal texts, or replaced because they may be true).</param>
    InputException TooFew(ClipAnnotation clip, int found, int needed, int passedOver);
}

/// <summary>A class that may become a distractor.</summary>
/// <param name="Class">The class.</param>
/// <param name="Rank">1-based rank in the dump's full list; null where there is none.</param>
public readonly record struct Candidate(ActionClass Class, int? Rank);
