using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>Decides what is left to do: clip by clip, what this part of the run owns and has no result for.</summary>
public static class WorkPlan
{
    /// <summary>
    /// The clips of a run in the order they are asked: the order of the first set, then clips that only later sets have.
    /// Parts are dealt out over this order.
    /// </summary>
    public static IReadOnlyList<string> ClipOrder(IReadOnlyList<AskedSet> sets) =>
        [.. sets.SelectMany(set => set.Questions).Select(question => question.Id).Distinct(StringComparer.Ordinal)];

    /// <summary>The work that is left.</summary>
    /// <param name="results">The results there are, of all parts.</param>
    /// <param name="settings">What is asked.</param>
    /// <param name="shard">The part.</param>
    /// <param name="retriesFailed">Whether clips that failed are tried again.</param>
    /// <param name="sources">For <see cref="Control.OtherClip"/>, the clip whose frames are shown; null for its own.</param>
    public static IReadOnlyList<ClipWork> Remaining(
        RunResults results,
        EvaluationSettings settings,
        Shard shard,
        bool retriesFailed,
        Func<Question, Question>? sources = null)
        => Where(results.Sets, settings, shard, sources, one => IsLeft(results, one, retriesFailed));

    /// <summary>The questions of a part that a condition holds for, clip by clip.</summary>
    public static IReadOnlyList<ClipWork> Where(
        IReadOnlyList<AskedSet> sets,
        EvaluationSettings settings,
        Shard shard,
        Func<Question, Question>? sources,
        Func<PendingQuestion, bool> condition)
    {
        var questions = sets
            .SelectMany(set => set.Questions)
            .ToLookup(question => question.Id, StringComparer.Ordinal);
        var order = ClipOrder(sets);
        var work = new List<ClipWork>();
        for (var position = 0; position < order.Count; position++)
        {
            if (!shard.Owns(position))
            {
                continue;
            }

            var ofClip = questions[order[position]].ToArray();
            PendingQuestion[] pending = [.. All(ofClip, settings).Where(condition)];
            if (pending.Length > 0)
            {
                var source = sources?.Invoke(ofClip[0]) ?? ofClip[0];
                work.Add(new ClipWork(Reference(ofClip[0]), Reference(source), pending));
            }
        }

        return work;
    }

    /// <summary>What a frame reader needs to know of a question's clip.</summary>
    public static ClipReference Reference(Question question) => new(
        question.Id,
        question.ParticipantId,
        question.VideoId,
        question.StartSeconds,
        question.StopSeconds,
        question.StartFrame,
        question.StopFrame);

    private static IEnumerable<PendingQuestion> All(Question[] questions, EvaluationSettings settings) =>
        settings.FrameCounts.SelectMany(frames => questions.SelectMany(question =>
            Enumerable.Range(0, settings.Rotations).Select(rotation => new PendingQuestion(question, frames, rotation))));

    private static bool IsLeft(RunResults results, PendingQuestion pending, bool retriesFailed)
    {
        var line = results.Find(pending.Key);
        return line is null || (retriesFailed && line.Status.IsFailure());
    }
}
