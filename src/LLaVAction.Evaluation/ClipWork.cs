using LLaVAction.Benchmarks;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>One prompt to be asked: a question at one frame count and one rotation.</summary>
/// <param name="Question">The question.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Rotation">Rotation of the options.</param>
public readonly record struct PendingQuestion(Question Question, int Frames, int Rotation)
{
    /// <summary>The key of its result.</summary>
    public ResultKey Key => new(Question.Id, Question.Strategy, Frames, Rotation);
}

/// <summary>Everything that is to be asked about one clip; it is decoded once for all of it.</summary>
/// <param name="Clip">The clip that the questions are about.</param>
/// <param name="Source">The clip whose frames are shown: another one under <see cref="Control.OtherClip"/>.</param>
/// <param name="Pending">The prompts, ordered by frame count, set and rotation.</param>
public sealed record ClipWork(ClipReference Clip, ClipReference Source, IReadOnlyList<PendingQuestion> Pending)
{
    /// <summary>The frame counts that are needed, in the order asked.</summary>
    public IReadOnlyList<int> FrameCounts { get; init; } = [.. Pending.Select(pending => pending.Frames).Distinct()];
}
