using LLaVAction.Benchmarks;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation;

/// <summary>
/// Chooses for each clip another clip of the same video, for <see cref="Control.OtherClip"/>: of another class and
/// without overlap where there is one, else without overlap, else any; where the video has no other clip, any of another
/// video. The choice is keyed by the clip and the candidates of the whole benchmark, never by what is asked of it.
/// </summary>
public sealed class OtherClips
{
    private readonly Question[] _all;
    private readonly ILookup<string, Question> _byVideo;
    private readonly long _seed;

    /// <summary>Chooses among all clips of these sets.</summary>
    /// <exception cref="InputException">There is only one clip.</exception>
    public OtherClips(IReadOnlyList<AskedSet> sets, long seed)
    {
        _all = [.. sets.SelectMany(set => set.Questions)
            .DistinctBy(question => question.Id, StringComparer.Ordinal)
            .OrderBy(question => question.Id, StringComparer.Ordinal)];
        _byVideo = _all.ToLookup(question => question.VideoId, StringComparer.Ordinal);
        if (_all.Length < 2 || (_byVideo.Count < 2 && _all[0].IsAboutWholeVideo))
        {
            throw new InputException("--control other-clip: the benchmark has one clip only; there is no other to show.");
        }

        _seed = seed;
    }

    /// <summary>The clip whose frames are shown for a question.</summary>
    public Question For(Question question)
    {
        Question[] others = [.. _byVideo[question.VideoId].Where(other => other.Id != question.Id && !other.IsAboutWholeVideo && !question.IsAboutWholeVideo)];
        Question[] apart = [.. others.Where(other => !Overlaps(question, other))];
        Question[] different = [.. apart.Where(other => (other.VerbClass, other.NounClass) != (question.VerbClass, question.NounClass))];
        var candidates = different.Length > 0 ? different
            : apart.Length > 0 ? apart
            : others.Length > 0 ? others
            : [.. _all.Where(other => other.VideoId != question.VideoId)];
        return candidates[new KeyedRandom(_seed, question.Id, "other-clip").NextInt32(candidates.Length)];
    }

    private static bool Overlaps(Question left, Question right) =>
        left.StartSeconds < right.StopSeconds && right.StartSeconds < left.StopSeconds;
}
