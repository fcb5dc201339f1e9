using System.Text.RegularExpressions;
using LLaVAction.Exchange.OpenAi;
using LLaVAction.Models.Sequences;
using LLaVAction.Prompts;

namespace LLaVAction.Remote;

/// <summary>Makes requests of prompts: the same for a live server, a batch file and a file for inspection.</summary>
/// <param name="model">The model's name.</param>
/// <param name="settings">The server and how it is used; its <see cref="RemoteSettings.Answers"/> is decided.</param>
public sealed partial class RequestComposer(string model, RemoteSettings settings)
{
    /// <summary>The name of the answer in structured answers.</summary>
    public const string AnswerProperty = "answer";

    /// <summary>How many of the first token's alternatives are asked for: the most that OpenAI gives.</summary>
    public const int ListedTokens = 20;

    private const int StructuredLetterTokens = 32;

    /// <summary>The request of a prompt.</summary>
    /// <param name="prompt">The prompt and what is wanted of it.</param>
    /// <param name="frames">The frames it sees, as JPEG files; empty without video.</param>
    public ChatRequest Compose(PromptRequest prompt, IReadOnlyList<ReadOnlyMemory<byte>> frames) => new()
    {
        Model = model,
        Messages = Messages(ChatTemplate.MessageOf(prompt.Prompt), Show(frames)),
        MaxTokens = MaxTokens(prompt),
        MaxTokensField = settings.MaxTokensField,
        Temperature = settings.SendsTemperature ? 0 : null,
        Seed = settings.Seed,
        TopLogProbabilities = WantsTokens(prompt) ? ListedTokens : null,
        Schema = Schema(prompt),
        ExtraFields = settings.ExtraFields,
    };

    /// <summary>The schema of a prompt's answer; null for free text.</summary>
    public AnswerSchema? Schema(PromptRequest prompt) =>
        settings.Answers != AnswerMode.Structured ? null
        : prompt.Candidates.Count > 0 && prompt.MaxNewTokens == 0 ? new AnswerSchema("letter", [new SchemaProperty(AnswerProperty, prompt.Candidates)])
        : settings.Layout == PromptLayout.PaperGpt4o ? new AnswerSchema("answer", [new SchemaProperty(AnswerProperty, [])])
        : null;

    /// <summary>Whether the letter is read from the first token's alternatives.</summary>
    public bool WantsTokens(PromptRequest prompt) => settings.Answers == AnswerMode.LogProbabilities && prompt.Candidates.Count > 0;

    private int MaxTokens(PromptRequest prompt) =>
        Schema(prompt) is { } schema && schema.Properties[0].Values.Count > 0 ? StructuredLetterTokens : Math.Max(1, prompt.MaxNewTokens);

    private IReadOnlyList<ChatPart> Show(IReadOnlyList<ReadOnlyMemory<byte>> frames) =>
        frames.Count == 0 ? []
        : settings.Frames == FrameForm.Video ? [new ChatVideo(frames)]
        : [.. frames.Select(frame => new ChatImage(frame, settings.ImageDetail))];

    private IReadOnlyList<ChatMessage> Messages(string message, IReadOnlyList<ChatPart> frames)
    {
        if (settings.Layout == PromptLayout.PaperGpt4o)
        {
            var text = message.Replace(ChatTemplate.VideoLine, "", StringComparison.Ordinal);
            return
            [
                ChatMessage.OfText("system", TimeSentence().Replace(text, "$0 ", 1)),
                new ChatMessage("user", [new ChatText(""), .. frames]),
            ];
        }

        var place = message.IndexOf(ChatTemplate.Video, StringComparison.Ordinal);
        if (place < 0)
        {
            return [ChatMessage.OfText("user", message)];
        }

        // The line feed after the placeholder parts image and text for the model's own template; here the parts do.
        var before = message[..place];
        var after = message[(place + ChatTemplate.Video.Length)..].TrimStart('\n');
        ChatPart[] parts = [.. before.Length > 0 ? new[] { new ChatText(before) } : [], .. frames, new ChatText(after)];
        return [new ChatMessage("user", parts)];
    }

    // The paper's GPT-4o prompt has a space between the time instruction and what follows.
    [GeneratedRegex("The provided video lasts for [^ ]+ seconds, and [0-9]+ frames are uniformly sampled from it\\.", RegexOptions.CultureInvariant)]
    private static partial Regex TimeSentence();
}
