using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Prompts;

namespace LLaVAction.Training;

/// <summary>Makes the rows of each task: what the original's generators write for a clip.</summary>
public sealed class TrainingRows(ActionClassIndex classes, string datasetName)
{
    /// <summary>The <c>question_type</c> of multiple-choice rows; the original knows the first two.</summary>
    public static string TypeOf(Representation representation) => representation switch
    {
        Representation.Narration => QuestionTypes.MultipleChoiceNarration,
        Representation.OfficialKey => QuestionTypes.MultipleChoiceOfficialKey,
        Representation.GtKey => "mc_GT_key",
        Representation.RandomNarration => "mc_random_narration",
        Representation.Top1Narration => "mc_top1_narration",
        _ => "mc_first_sample",
    };

    /// <summary>A multiple-choice row: the lettered options as a Python list, and the letter with its text.</summary>
    public TrainingRow MultipleChoice(ClipAnnotation clip, Question question, Representation representation, IReadOnlyList<PriorAction>? priors, int? fold)
    {
        var answer = question.AnswerIndex ?? throw new ArgumentException("A training question has an answer.", nameof(question));
        string[] options = [.. question.Options.Select(static (text, place) => $"{OptionList.Letter(place)}. {text}")];
        return Row(clip, TypeOf(representation), PythonText.ReprOf(options), options[answer], fold) with { PriorActions = priors };
    }

    /// <summary>A row of direct prediction: no question, the narration as the answer.</summary>
    public TrainingRow Direct(ClipAnnotation clip) => Row(clip, QuestionTypes.Direct, string.Empty, clip.Narration, fold: null);

    /// <summary>
    /// A row of temporal detection (equations (6) and (7) of the paper): the clip with padding before and after it, and when
    /// in it the action starts and ends. Times are rounded to 2 decimals as the original rounds them: the relative ones are
    /// differences of rounded times, the duration told in the question is not. The padded end may lie beyond the video.
    /// </summary>
    /// <param name="clip">The clip.</param>
    /// <param name="paddingBefore">Seconds before the action, 0 to <paramref name="delta"/>; what is left of it comes after.</param>
    /// <param name="delta">Seconds of padding in all.</param>
    public TrainingRow TemporalDetection(ClipAnnotation clip, double paddingBefore, double delta)
    {
        var window = TemporalWindow.Around(clip.StartSeconds, clip.StopSeconds, paddingBefore, delta);
        var answer = $"{PythonNumber.Text(window.ActionStart)}, {PythonNumber.Text(window.ActionStop)}";
        return Row(clip, QuestionTypes.TemporalDetection, TaskPrompts.TemporalDetection(clip.Narration, clip.StopSeconds - clip.StartSeconds), answer, fold: null) with
        {
            StartTimestamp = window.Start,
            EndTimestamp = window.Stop,
        };
    }

    private TrainingRow Row(ClipAnnotation clip, string questionType, string question, string answer, int? fold) => new()
    {
        Video = $"{clip.ParticipantId}-{clip.VideoId}",
        Conversations = [new ConversationTurn("human", question), new ConversationTurn("gpt", answer)],
        Id = $"{clip.ParticipantId}-{clip.VideoId}",
        Split = "train",
        QuestionType = questionType,
        DatasetName = datasetName,
        StartTimestamp = clip.StartSeconds,
        EndTimestamp = clip.StopSeconds,
        VerbId = clip.Class.Verb,
        NounId = clip.Class.Noun,
        ActionId = classes.IndexOf(clip.Class),
        NarrationId = clip.NarrationId,
        Fold = fold,
    };
}
