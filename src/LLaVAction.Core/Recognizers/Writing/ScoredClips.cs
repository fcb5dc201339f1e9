using LLaVAction.Epic;

namespace LLaVAction.Recognizers.Writing;

/// <summary>Scores of every class for some clips, read row by row: a whole split need not fit in memory.</summary>
/// <param name="Clips">The clips, in annotation order.</param>
/// <param name="Classes">The class of each column.</param>
/// <param name="Read">Fills the logits and the probabilities of a clip, by its place in <paramref name="Clips"/>.</param>
public sealed record ScoredClips(IReadOnlyList<ClipAnnotation> Clips, IReadOnlyList<ActionClass> Classes, ScoreReader Read);

/// <summary>Fills the logits and the probabilities of one clip, one of each per class.</summary>
public delegate void ScoreReader(int row, Span<float> logits, Span<float> probabilities);
