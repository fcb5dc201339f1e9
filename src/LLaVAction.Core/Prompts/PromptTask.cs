using System.Text.Json.Serialization;

namespace LLaVAction.Prompts;

/// <summary>What the model is asked to do with a clip.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromptTask>))]
public enum PromptTask
{
    /// <summary>Choose an option.</summary>
    [JsonStringEnumMemberName("mqa")]
    MultipleChoice,

    /// <summary>Describe, then choose, in one answer.</summary>
    [JsonStringEnumMemberName("cot")]
    ChainOfThought,

    /// <summary>Describe; then, in a second pass with the description as notes, choose.</summary>
    [JsonStringEnumMemberName("caption-then-answer")]
    CaptionThenAnswer,

    /// <summary>Name the action in one's own words.</summary>
    [JsonStringEnumMemberName("direct")]
    Direct,

    /// <summary>Describe.</summary>
    [JsonStringEnumMemberName("caption")]
    Caption,
}

/// <summary>Questions about a task.</summary>
public static class PromptTasks
{
    /// <summary>True where the prompt shows options and the answer is one of them.</summary>
    public static bool HasOptions(this PromptTask task) =>
        task is PromptTask.MultipleChoice or PromptTask.ChainOfThought or PromptTask.CaptionThenAnswer;
}
