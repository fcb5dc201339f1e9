using LLaVAction.Models.Ports;

namespace LLaVAction.Models.Prompting;

/// <summary>A prompt as token ids, cut where the video stands.</summary>
/// <param name="BeforeVideo">Ids before the video; empty for a prompt without video.</param>
/// <param name="AfterVideo">Ids after the video; all ids of a prompt without video.</param>
/// <param name="HasVideo">Whether the prompt holds a video.</param>
public sealed record PromptTokens(IReadOnlyList<int> BeforeVideo, IReadOnlyList<int> AfterVideo, bool HasVideo)
{
    /// <summary>The text that stands for the whole video in a prompt.</summary>
    public const string VideoPlaceholder = "<image>";

    /// <summary>The id that stands for the whole video in lists of ids, as in the reference implementation.</summary>
    public const int VideoPlaceholderId = -200;

    /// <summary>
    /// Tokenises a prompt piece by piece round the placeholder, as the reference's <c>tokenizer_image_token</c> does;
    /// nothing is added at the front.
    /// </summary>
    /// <exception cref="InputException">The prompt holds the placeholder more than once.</exception>
    public static PromptTokens Of(string prompt, ITokenizer tokenizer)
    {
        int position = prompt.IndexOf(VideoPlaceholder, StringComparison.Ordinal);
        if (position < 0)
        {
            return new PromptTokens([], tokenizer.Encode(prompt), HasVideo: false);
        }

        string after = prompt[(position + VideoPlaceholder.Length)..];
        if (after.Contains(VideoPlaceholder, StringComparison.Ordinal))
        {
            throw new InputException(
                $"The prompt holds {VideoPlaceholder} more than once; one stands for the whole video. Remove the others.");
        }

        return new PromptTokens(tokenizer.Encode(prompt[..position]), tokenizer.Encode(after), HasVideo: true);
    }
}
