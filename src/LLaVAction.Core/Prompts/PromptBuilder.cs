using LLaVAction.Benchmarks;
using LLaVAction.OtherBenchmarks;

namespace LLaVAction.Prompts;

/// <summary>What all prompts of a run have in common.</summary>
public sealed record PromptSettings
{
    /// <summary>The task.</summary>
    public PromptTask Task { get; init; } = PromptTask.MultipleChoice;

    /// <summary>Who acts.</summary>
    public PromptPerspective Perspective { get; init; } = PromptPerspective.Egocentric;

    /// <summary>Whether the prompt tells the clip's length and the number of frames.</summary>
    public bool HasTimeInstruction { get; init; }

    /// <summary>Whose words the time instruction has.</summary>
    public TimeInstructionStyle TimeInstructionStyle { get; init; }

    /// <summary>False for a blind run: the prompt has no video and no line for it.</summary>
    public bool HasVideo { get; init; } = true;

    /// <summary>The imported benchmark whose own prompts are asked; null for this tool's tasks.</summary>
    public PublishedBenchmark? Published { get; init; }
}

/// <summary>What is particular to one prompt.</summary>
public sealed record PromptInput
{
    /// <summary>Length of the clip, in seconds.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>The number of frames that the time instruction names.</summary>
    public required int NamedFrames { get; init; }

    /// <summary>Times of the frames shown from the start of the clip, in seconds; LLaVA-Video's time instruction lists them.</summary>
    public IReadOnlyList<double> FrameSeconds { get; init; } = [];

    /// <summary>The options in the order shown; empty for tasks without options.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The two actions before; null for none, and then the plain prompt is used.</summary>
    public PriorActions? PriorActions { get; init; }

    /// <summary>The description of the first pass; wanted by the second pass of caption-then-answer alone.</summary>
    public string? Notes { get; init; }

    /// <summary>The question's own text; needed where <see cref="PromptSettings.Published"/> is set.</summary>
    public string? Question { get; init; }

    /// <summary>The video's subtitles; null for none.</summary>
    public string? Subtitles { get; init; }
}

/// <summary>Puts a whole prompt together: chat template, video line, time instruction, task.</summary>
public static class PromptBuilder
{
    /// <summary>
    /// The prompt of the task. For caption-then-answer it is the second pass, which needs <see cref="PromptInput.Notes"/>.
    /// </summary>
    public static string Build(PromptSettings settings, PromptInput input) =>
        ChatTemplate.Qwen15(Message(settings, input));

    /// <summary>The prompt of the first pass of caption-then-answer: a description.</summary>
    public static string BuildCaptionPass(PromptSettings settings, PromptInput input) =>
        Build(settings with { Task = PromptTask.Caption }, input);

    /// <summary>The user's message inside the chat template.</summary>
    public static string Message(PromptSettings settings, PromptInput input) => Compose(
        settings,
        settings.TimeInstructionStyle == TimeInstructionStyle.LlavaVideo
            ? TimeInstruction.LlavaVideoText(input.DurationSeconds, input.NamedFrames, input.FrameSeconds)
            : TimeInstruction.Text(input.DurationSeconds, input.NamedFrames),
        settings.Published is { } published
            ? Published(settings, published, input.Question!, PublishedPrompts.Options(published, input.Options), input.Subtitles)
            : Task(settings, OptionList.Format(input.Options), input.PriorActions?.Sentences),
        input.Notes);

    /// <summary>
    /// The prompt with names in braces where each question's own text goes: <c>{duration}</c>, <c>{frames}</c>,
    /// <c>{options}</c>, <c>{notes}</c> and those of prior actions. Stored with a run.
    /// </summary>
    public static string Template(PromptSettings settings, bool hasPriorActions) => ChatTemplate.Qwen15(Compose(
        settings,
        settings.TimeInstructionStyle == TimeInstructionStyle.LlavaVideo
            ? TimeInstruction.LlavaVideoSentence("{duration}", "{frames}", settings.HasVideo ? "{times}" : "")
            : TimeInstruction.Sentence("{duration}", "{frames}"),
        settings.Published is { } published
            ? Published(settings, published, "{question}", "{options}", null)
            : Task(settings, "{options}", hasPriorActions ? PriorActions.Write("{earlier offset}", "{earlier action}", "{later offset}", "{later action}") : null),
        "{notes}"));

    private static string Published(PromptSettings settings, PublishedBenchmark benchmark, string question, string options, string? subtitles) =>
        settings.Perspective.Opening() + PublishedPrompts.Message(benchmark, question, options, subtitles);

    private static string Compose(PromptSettings settings, string time, string task, string? notes)
    {
        var shown = (settings.HasVideo ? ChatTemplate.VideoLine : "") + (settings.HasTimeInstruction ? time : "") + task;
        return settings.Task == PromptTask.CaptionThenAnswer
            ? TaskPrompts.Notes(notes ?? throw new ArgumentNullException(nameof(notes), "The second pass needs the notes of the first.")) + shown
            : shown;
    }

    private static string Task(PromptSettings settings, string options, string? prior)
    {
        var perspective = settings.Perspective;
        return settings.Task switch
        {
            PromptTask.MultipleChoice or PromptTask.CaptionThenAnswer => prior is null
                ? TaskPrompts.MultipleChoice(perspective, options)
                : TaskPrompts.MultipleChoiceWithPriorActions(perspective, prior, options),
            PromptTask.ChainOfThought => TaskPrompts.ChainOfThought(perspective, options),
            PromptTask.Direct => TaskPrompts.Direct(perspective),
            PromptTask.Caption => prior is null
                ? TaskPrompts.Caption(perspective)
                : TaskPrompts.CaptionWithPriorActions(perspective, prior),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Task, "No such task."),
        };
    }
}
