namespace LLaVAction.Prompts;

/// <summary>
/// The text of each task, letter for letter as the original has it: trailing spaces, doubled spaces, missing spaces and
/// misspellings included. A text follows the video line and the time instruction, where there is one.
/// </summary>
public static class TaskPrompts
{
    private const string DescribeInDetail =
        "Describe in details what you see from the video frames. You must talk in the first person perspective. Try to focus on what you are doing.";

    /// <summary>Multiple choice: the benchmark's prompt (<c>mc_*</c>, <c>base</c>).</summary>
    public static string MultipleChoice(PromptPerspective perspective, string options) =>
        $"{perspective.Opening()}Given multiple choices, format your answer briefly such as 'A. move knife'. \nHere are the options of actions you are selecting:\n{options}";

    /// <summary>Multiple choice with the two actions before (<c>temporal_cot_pseudo</c>, <c>temporal_cot_oracle</c>).</summary>
    public static string MultipleChoiceWithPriorActions(PromptPerspective perspective, string priorActions, string options) =>
        $"{perspective.Opening()}\n{priorActions} What action are you currently performing? Here are the options of actions you can select:\n{options}";

    /// <summary>A description first, the choice afterwards (<c>cot_mc</c>).</summary>
    public static string ChainOfThought(PromptPerspective perspective, string options) =>
        $"{perspective.Opening()} Describe what you see in details. Afterwards, briefly format your answer such as 'A. move knife'. \nHere are the options of choices you are selecting:\n{options}";

    /// <summary>A description (<c>caption</c>, <c>gpt-gt-reason</c>); it ends in a space.</summary>
    public static string Caption(PromptPerspective perspective) => $"{perspective.Opening()} {DescribeInDetail} ";

    /// <summary>A description that knows the two actions before (<c>temporal_cot_caption</c>).</summary>
    public static string CaptionWithPriorActions(PromptPerspective perspective, string priorActions) =>
        $"{perspective.Opening()} {priorActions} {DescribeInDetail}";

    /// <summary>The notes of the first pass, which stand before the video in the second pass of <c>caption_then_answer</c>.</summary>
    public static string Notes(string caption) =>
        $"You observed the video before and wrote down the notes: {caption}. Now you watch the same video again and you can do better. ";

    /// <summary>The action in the model's own words (<c>direct_narration</c>).</summary>
    public static string Direct(PromptPerspective perspective) =>
        $"{perspective.Opening()} What action are you performing? Give a short sentence such as 'move knife'.";

    /// <summary>A free question (<c>open-ended</c>).</summary>
    public static string OpenEnded(string question) =>
        $"You are seeing this video from egocentric view and you are the person. {question}";

    /// <summary>When a named action starts and ends within the clip (<c>temporal_detection</c>).</summary>
    /// <param name="narration">The action.</param>
    /// <param name="durationSeconds">How long it lasts; written as Python's <c>str</c> of the value rounded to 2 decimals.</param>
    public static string TemporalDetection(string narration, double durationSeconds) =>
        $"The provided video contains an action '{narration}' that lasts {PythonNumber.Text(PythonNumber.Round(durationSeconds, 2))} seconds. What is the relative start and end time of the action in seconds? Format it as 'start_timestamp: end_timestamp' and round to 2 decimal places.";

    /// <summary>A reasoned choice (<c>gpt-gt-strong-reason</c>).</summary>
    public static string StrongReason(PromptPerspective perspective, string options) =>
        $"{perspective.Opening()} Describe in details what you see and answer the multi-choice question. Explain why wrong answers are wrong and why the correct answer is correct. Here are the options of actions you are selecting:\n{options}";

    /// <summary>The description asked for in preference tuning (<c>dpo</c>); the misspelling is the original's.</summary>
    public const string PreferenceDescription =
        "You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting with obects. Describe in details what you see and what you are doing.";
}
