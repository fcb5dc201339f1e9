using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.Audit;

/// <summary>
/// How much of what is asked about occurs in the rest of the pool (usually the train split): a model trained there has
/// seen it. Shares are of all questions, in 0..1.
/// </summary>
/// <param name="Clips">Clips of the pool that are not asked about.</param>
/// <param name="ClassSeen">Share whose true class occurs among them.</param>
/// <param name="NarrationSeen">Share whose narration, normalised, occurs among them.</param>
/// <param name="ParticipantSeen">Share whose participant occurs among them.</param>
/// <param name="VideoSeen">Share whose very video occurs among them: 0 between published splits.</param>
public sealed record PoolOverlap(int Clips, double ClassSeen, double NarrationSeen, double ParticipantSeen, double VideoSeen)
{
    /// <summary>Compares a set with the rest of its pool.</summary>
    public static PoolOverlap Of(IReadOnlyList<Question> questions, AnnotationPool pool)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(pool);
        var asked = questions.Select(static question => question.Id).ToHashSet(StringComparer.Ordinal);
        var rest = pool.Clips.Where(clip => !asked.Contains(clip.NarrationId)).ToArray();
        var classes = rest.Select(static clip => clip.Class).ToHashSet();
        var narrations = rest.Select(static clip => OptionText.Normalise(clip.Narration)).ToHashSet(StringComparer.Ordinal);
        var participants = rest.Select(static clip => clip.ParticipantId).ToHashSet(StringComparer.Ordinal);
        var videos = rest.Select(static clip => clip.VideoId).ToHashSet(StringComparer.Ordinal);
        double Share(Func<Question, bool> isSeen) => questions.Count == 0 ? 0 : (double)questions.Count(isSeen) / questions.Count;
        return new PoolOverlap(
            rest.Length,
            Share(question => classes.Contains(new ActionClass(question.VerbClass, question.NounClass))),
            Share(question => narrations.Contains(OptionText.Normalise(question.Narration))),
            Share(question => participants.Contains(question.ParticipantId)),
            Share(question => videos.Contains(question.VideoId)));
    }
}
