using LLaVAction.Prompts;

namespace LLaVAction.Tests.Prompts;

public sealed class PromptBuilderTests
{
    private static readonly PromptInput Input = new()
    {
        DurationSeconds = 1.89,
        NamedFrames = 16,
        Options = ["take plate", "take bowl"],
        Notes = "I take a plate",
        PriorActions = null,
    };

    [Fact]
    public void Time_instruction_is_glued_to_the_perspective()
    {
        var message = PromptBuilder.Message(new PromptSettings { HasTimeInstruction = true }, Input);

        Assert.StartsWith(
            "<image>\nThe provided video lasts for 1.890 seconds, and 16 frames are uniformly sampled from it.You are seeing this video",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Notes_stand_before_the_video()
    {
        var message = PromptBuilder.Message(new PromptSettings { Task = PromptTask.CaptionThenAnswer, HasTimeInstruction = true }, Input);

        Assert.StartsWith(
            "You observed the video before and wrote down the notes: I take a plate. Now you watch the same video again and you can do better. " +
            "<image>\nThe provided video lasts for 1.890 seconds, and 16 frames are uniformly sampled from it.You are seeing this video",
            message,
            StringComparison.Ordinal);
        Assert.EndsWith("selecting:\nA. take plate, B. take bowl", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Blind_prompt_has_no_video_line()
    {
        var message = PromptBuilder.Message(new PromptSettings { HasVideo = false }, Input);

        Assert.StartsWith("You are seeing this video", message, StringComparison.Ordinal);
        Assert.DoesNotContain("<image>", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_task_shows_the_video_once()
    {
        foreach (var task in Enum.GetValues<PromptTask>())
        {
            var prompt = PromptBuilder.Build(new PromptSettings { Task = task }, Input);

            Assert.Equal(2, prompt.Split(ChatTemplate.Video).Length);
        }
    }

    [Fact]
    public void Template_is_the_prompt_with_names_in_braces()
    {
        var template = PromptBuilder.Template(new PromptSettings { HasTimeInstruction = true }, hasPriorActions: false);
        var prompt = template
            .Replace("{duration}", "1.890", StringComparison.Ordinal)
            .Replace("{frames}", "16", StringComparison.Ordinal)
            .Replace("{options}", "A. take plate, B. take bowl", StringComparison.Ordinal);

        Assert.Equal(PromptBuilder.Build(new PromptSettings { HasTimeInstruction = true }, Input), prompt);
        Assert.Contains("{earlier offset} seconds ago, you started an action {earlier action}.", PromptBuilder.Template(new PromptSettings(), true), StringComparison.Ordinal);
    }

    [Fact]
    public void Prior_actions_change_the_question_and_the_description()
    {
        var prior = Input with { PriorActions = new PriorActions(3, "wash pan", -0.25, "take lid") };

        Assert.Contains(
            "What action are you doing? \n3.0 seconds ago, you started an action wash pan. -0.25 seconds ago, you started an action take lid. What action",
            PromptBuilder.Message(new PromptSettings(), prior),
            StringComparison.Ordinal);
        Assert.Contains(
            "What action are you doing?  3.0 seconds ago, you started",
            PromptBuilder.Message(new PromptSettings { Task = PromptTask.Caption }, prior),
            StringComparison.Ordinal);
    }
}
