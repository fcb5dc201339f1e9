using LLaVAction.Prompts;

namespace LLaVAction.Tests.Prompts;

/// <summary>Every prompt, typed out character by character (\n is the only escape): a lost trailing space fails here.</summary>
public sealed class TaskPromptsTests
{
    private const string Egocentric =
        "You are seeing this video from egocentric view and you are the person. " +
        "Your hands are sometimes interacting with objects. What action are you doing? ";

    private const string Allocentric =
        "The video is taken from egocentric view. The person's hands are sometimes interacting with objects. " +
        "What action is the person doing?";

    private const string Options = "A. put down plate, B. take bowl";

    private static readonly string Prior = new PriorActions(2.97, "take plate", 1.41, "put down plate").Sentences;

    public static TheoryData<string, string> Texts => new()
    {
        {
            TaskPrompts.MultipleChoice(PromptPerspective.Egocentric, Options),
            Egocentric + "Given multiple choices, format your answer briefly such as 'A. move knife'. \n" +
            "Here are the options of actions you are selecting:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.MultipleChoice(PromptPerspective.Allocentric, Options),
            "The video is taken from egocentric view. The person's hands are sometimes interacting with objects. " +
            "What action is the person doing?Given multiple choices, format your answer briefly such as 'A. move knife'. \n" +
            "Here are the options of actions you are selecting:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.MultipleChoiceWithPriorActions(PromptPerspective.Egocentric, Prior, Options),
            Egocentric + "\n2.97 seconds ago, you started an action take plate. 1.41 seconds ago, you started an action put down plate. " +
            "What action are you currently performing? Here are the options of actions you can select:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.MultipleChoiceWithPriorActions(PromptPerspective.Allocentric, Prior, Options),
            Allocentric + "\n2.97 seconds ago, you started an action take plate. 1.41 seconds ago, you started an action put down plate. " +
            "What action are you currently performing? Here are the options of actions you can select:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.ChainOfThought(PromptPerspective.Egocentric, Options),
            "You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting with objects. " +
            "What action are you doing?  Describe what you see in details. Afterwards, briefly format your answer such as 'A. move knife'. \n" +
            "Here are the options of choices you are selecting:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.ChainOfThought(PromptPerspective.Allocentric, Options),
            Allocentric + " Describe what you see in details. Afterwards, briefly format your answer such as 'A. move knife'. \n" +
            "Here are the options of choices you are selecting:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.Caption(PromptPerspective.Egocentric),
            Egocentric + " Describe in details what you see from the video frames. You must talk in the first person perspective. " +
            "Try to focus on what you are doing. "
        },
        {
            TaskPrompts.Caption(PromptPerspective.Allocentric),
            Allocentric + " Describe in details what you see from the video frames. You must talk in the first person perspective. " +
            "Try to focus on what you are doing. "
        },
        {
            TaskPrompts.CaptionWithPriorActions(PromptPerspective.Egocentric, Prior),
            Egocentric + " 2.97 seconds ago, you started an action take plate. 1.41 seconds ago, you started an action put down plate. " +
            "Describe in details what you see from the video frames. You must talk in the first person perspective. Try to focus on what you are doing."
        },
        {
            TaskPrompts.Notes("I take a plate"),
            "You observed the video before and wrote down the notes: I take a plate. Now you watch the same video again and you can do better. "
        },
        {
            TaskPrompts.Direct(PromptPerspective.Egocentric),
            Egocentric + " What action are you performing? Give a short sentence such as 'move knife'."
        },
        {
            TaskPrompts.Direct(PromptPerspective.Allocentric),
            Allocentric + " What action are you performing? Give a short sentence such as 'move knife'."
        },
        {
            TaskPrompts.OpenEnded("What do I hold?"),
            "You are seeing this video from egocentric view and you are the person. What do I hold?"
        },
        {
            TaskPrompts.TemporalDetection("open drawer", 3.2),
            "The provided video contains an action 'open drawer' that lasts 3.2 seconds. " +
            "What is the relative start and end time of the action in seconds? Format it as 'start_timestamp: end_timestamp' and round to 2 decimal places."
        },
        {
            TaskPrompts.StrongReason(PromptPerspective.Egocentric, Options),
            Egocentric + " Describe in details what you see and answer the multi-choice question. " +
            "Explain why wrong answers are wrong and why the correct answer is correct. " +
            "Here are the options of actions you are selecting:\nA. put down plate, B. take bowl"
        },
        {
            TaskPrompts.PreferenceDescription,
            "You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting with obects. " +
            "Describe in details what you see and what you are doing."
        },
        {
            TimeInstruction.Text(1.89, 16),
            "The provided video lasts for 1.890 seconds, and 16 frames are uniformly sampled from it."
        },
        {
            TimeInstruction.LlavaVideoText(3, 4, [0, 0.999, 2, 2.966]),
            "The video lasts for 3.00 seconds, and 4 frames are uniformly sampled from it. These frames are located at 0.00s,1.00s,2.00s,2.97s.Please answer the following questions related to this video.\n"
        },
        {
            TimeInstruction.LlavaVideoText(3, 4, []),
            "The video lasts for 3.00 seconds, and 4 frames are uniformly sampled from it. Please answer the following questions related to this video.\n"
        },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_is_the_original_letter_for_letter(string actual, string expected) => Assert.Equal(expected, actual);

    [Fact]
    public void Worked_sample_of_the_benchmark_is_reproduced()
    {
        var prompt = PromptBuilder.Build(
            new PromptSettings(),
            new PromptInput
            {
                DurationSeconds = 1.89,
                NamedFrames = 16,
                Options = ["put down plate", "take bowl", "take plate", "wash plate", "pick up plates"],
            });

        Assert.Equal(
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n<image>\n" +
            "You are seeing this video from egocentric view and you are the person. Your hands are sometimes interacting with objects. " +
            "What action are you doing? Given multiple choices, format your answer briefly such as 'A. move knife'. \n" +
            "Here are the options of actions you are selecting:\n" +
            "A. put down plate, B. take bowl, C. take plate, D. wash plate, E. pick up plates<|im_end|>\n<|im_start|>assistant\n",
            prompt);
    }
}
