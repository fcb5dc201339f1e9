namespace LLaVAction.Prompts;

/// <summary>What the model is asked to do with a clip.</summary>
public enum PromptTask
{
    /// <summary>Choose an option (<c>mqa</c>).</summary>
    MultipleChoice,

    /// <summary>Describe, then choose, in one answer (<c>cot</c>).</summary>
    ChainOfThought,

    /// <summary>Describe; then, in a second pass with the description as notes, choose (<c>caption-then-answer</c>).</summary>
    CaptionThenAnswer,

    /// <summary>Name the action in one's own words (<c>direct</c>).</summary>
    Direct,

    /// <summary>Describe (<c>caption</c>).</summary>
    Caption,
}

/// <summary>The names of the tasks on the command line and in files.</summary>
public static class PromptTasks
{
    /// <summary>Name → task, in the order that help shows.</summary>
    public static IReadOnlyDictionary<string, PromptTask> ByName { get; } = new Dictionary<string, PromptTask>(StringComparer.Ordinal)
    {
        ["mqa"] = PromptTask.MultipleChoice,
        ["cot"] = PromptTask.ChainOfThought,
        ["caption-then-answer"] = PromptTask.CaptionThenAnswer,
        ["direct"] = PromptTask.Direct,
        ["caption"] = PromptTask.Caption,
    };

    /// <summary>The name of a task.</summary>
    public static string Name(this PromptTask task) => ByName.First(pair => pair.Value == task).Key;

    /// <summary>True where the prompt shows options and the answer is one of them.</summary>
    public static bool HasOptions(this PromptTask task) =>
        task is PromptTask.MultipleChoice or PromptTask.ChainOfThought or PromptTask.CaptionThenAnswer;
}
