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

    /// <summary>False for a blind run: the prompt has no video and no line for it.</summary>
    public bool HasVideo { get; init; } = true;
}

/// <summary>What is particular to one prompt.</summary>
public sealed record PromptInput
{
    /// <summary>Length of the clip, in seconds.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>The number of frames that the time instruction names.</summary>
    public required int NamedFrames { get; init; }

    /// <summary>The options in the order shown; empty for tasks without options.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The two actions before; null for none, and then the plain prompt is used.</summary>
    public PriorActions? PriorActions { get; init; }

    /// <summary>The description of the first pass; wanted by the second pass of caption-then-answer alone.</summary>
    public string? Notes { get; init; }
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
    public static string Message(PromptSettings settings, PromptInput input)
    {
        var time = settings.HasTimeInstruction ? TimeInstruction.Text(input.DurationSeconds, input.NamedFrames) : "";
        var shown = (settings.HasVideo ? ChatTemplate.VideoLine : "") + time + Task(settings, input);
        return settings.Task == PromptTask.CaptionThenAnswer
            ? TaskPrompts.Notes(input.Notes ?? throw new ArgumentException("The second pass needs the notes of the first.", nameof(input))) + shown
            : shown;
    }

    private static string Task(PromptSettings settings, PromptInput input)
    {
        var perspective = settings.Perspective;
        return settings.Task switch
        {
            PromptTask.MultipleChoice or PromptTask.CaptionThenAnswer when input.PriorActions is { } prior =>
                TaskPrompts.MultipleChoiceWithPriorActions(perspective, prior, OptionList.Format(input.Options)),
            PromptTask.MultipleChoice or PromptTask.CaptionThenAnswer =>
                TaskPrompts.MultipleChoice(perspective, OptionList.Format(input.Options)),
            PromptTask.ChainOfThought => TaskPrompts.ChainOfThought(perspective, OptionList.Format(input.Options)),
            PromptTask.Direct => TaskPrompts.Direct(perspective),
            PromptTask.Caption when input.PriorActions is { } prior => TaskPrompts.CaptionWithPriorActions(perspective, prior),
            PromptTask.Caption => TaskPrompts.Caption(perspective),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Task, "No such task."),
        };
    }
}
