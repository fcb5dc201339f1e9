namespace LLaVAction.Prompts;

/// <summary>The chat template <c>qwen_1_5</c> (ChatML with the default system message) and the place of the video in it.</summary>
public static class ChatTemplate
{
    /// <summary>Stands for the whole video, once, whatever the number of frames.</summary>
    public const string Video = "<image>";

    /// <summary>What precedes the text of a message that shows the video: the placeholder and a line feed.</summary>
    public const string VideoLine = Video + "\n";

    /// <summary>Wraps a user's message so that the assistant's answer comes next.</summary>
    public static string Qwen15(string message) =>
        $"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{message}<|im_end|>\n<|im_start|>assistant\n";
}
