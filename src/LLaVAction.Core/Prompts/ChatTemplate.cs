namespace LLaVAction.Prompts;

/// <summary>The chat template <c>qwen_1_5</c> (ChatML with the default system message) and the place of the video in it.</summary>
public static class ChatTemplate
{
    /// <summary>Stands for the whole video, once, whatever the number of frames.</summary>
    public const string Video = "<image>";

    /// <summary>What precedes the text of a message that shows the video: the placeholder and a line feed.</summary>
    public const string VideoLine = Video + "\n";

    private const string BeforeMessage = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n";
    private const string AfterMessage = "<|im_end|>\n<|im_start|>assistant\n";

    /// <summary>Wraps a user's message so that the assistant's answer comes next.</summary>
    public static string Qwen15(string message) => $"{BeforeMessage}{message}{AfterMessage}";

    /// <summary>The user's message of a prompt that <see cref="Qwen15"/> made, for a service that has a template of its own.</summary>
    /// <exception cref="ArgumentException">The prompt has another form.</exception>
    public static string MessageOf(string prompt) =>
        prompt.StartsWith(BeforeMessage, StringComparison.Ordinal) && prompt.EndsWith(AfterMessage, StringComparison.Ordinal)
            && prompt.Length >= BeforeMessage.Length + AfterMessage.Length
            ? prompt[BeforeMessage.Length..^AfterMessage.Length]
            : throw new ArgumentException("The prompt is not one message in the chat template qwen_1_5.", nameof(prompt));
}
