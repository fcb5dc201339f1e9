using LLaVAction.Models.Engines;
using LLaVAction.Runs;

namespace LLaVAction.Evaluation;

/// <summary>One clip on its way through the model: its groups of prompts, then its lines.</summary>
internal sealed class ClipAnswers
{
    private static readonly ShownFrames Nothing = new([], []);
    private readonly double _visionMilliseconds;

    public ClipAnswers(EvaluationSettings settings, DecodedClip clip, IEncodedClip? encoded, ControlledFrames? frames)
    {
        _visionMilliseconds = encoded?.VisionMilliseconds ?? 0;

        // Blind prompts of all frame counts are one group: without the time instruction they are the same.
        Groups = encoded is null
            ? [new ClipGroup(null, Nothing, new PromptSheet(settings, clip.Work.Pending))]
            : [.. clip.Work.Pending.GroupBy(pending => pending.Frames).Select(group =>
                new ClipGroup(encoded, frames!.Shown[group.Key], new PromptSheet(settings, [.. group], frames.Shown[group.Key].SecondsIn(clip.Work.Source))))];
    }

    // The groups, one per frame count; one in all when blind.
    public IReadOnlyList<ClipGroup> Groups { get; }

    // The lines, in the order of the work; shared costs stand on the first line that paid them.
    public IEnumerable<ResultLine> Lines(AnswerReader reader)
    {
        var vision = _visionMilliseconds;
        foreach (var group in Groups)
        {
            var prefill = group.PrefillMilliseconds;
            for (var i = 0; i < group.Sheet.Pending.Count; i++)
            {
                var answer = group.Answers[i];
                if (answer.Failure is { Status: null })
                {
                    continue;
                }

                var line = reader.Read(group.Sheet.Pending[i], group.Sheet.Orders[i], answer, group.Sheet.Notes[i], group.Shown.Seconds);
                yield return line with
                {
                    VisionMilliseconds = Math.Round(vision, 3),
                    PrefillMilliseconds = Math.Round(prefill, 3),
                    QuestionMilliseconds = Math.Round(answer.Milliseconds, 3),
                };
                (vision, prefill) = (0, 0);
            }
        }
    }
}

/// <summary>Prompts about one selection of frames of one clip, and their answers.</summary>
internal sealed class ClipGroup(IEncodedClip? clip, ShownFrames shown, PromptSheet sheet)
{
    public IEncodedClip? Clip => clip;

    public ShownFrames Shown => shown;

    public PromptSheet Sheet => sheet;

    public IReadOnlyList<PromptAnswer> Answers { get; set; } = [];

    public double PrefillMilliseconds { get; set; }
}
