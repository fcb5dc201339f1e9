using System.Globalization;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Models.Sequences;

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

    /// <summary>Tokenises a prompt and cuts it where the video stands.</summary>
    /// <exception cref="InputException">The prompt holds the placeholder more than once.</exception>
    public static PromptTokens Of(string prompt, ITokenizer tokenizer)
    {
        var ids = EncodeWithPlaceholders(prompt, tokenizer);
        var video = Array.IndexOf(ids, VideoPlaceholderId);
        if (video < 0)
        {
            return new PromptTokens([], ids, HasVideo: false);
        }

        if (Array.LastIndexOf(ids, VideoPlaceholderId) != video)
        {
            throw new InputException(
                $"The prompt holds {VideoPlaceholder} more than once; one stands for the whole video. Remove the others.");
        }

        return new PromptTokens(ids[..video], ids[(video + 1)..], HasVideo: true);
    }

    /// <summary>
    /// The ids of a prompt with <see cref="VideoPlaceholderId"/> for each placeholder: tokenised piece by piece between
    /// them, nothing added at the front (the reference's <c>tokenizer_image_token</c>, mm_utils.py).
    /// </summary>
    public static int[] EncodeWithPlaceholders(string prompt, ITokenizer tokenizer)
    {
        var ids = new List<int>();
        var pieces = prompt.Split(VideoPlaceholder);
        for (var i = 0; i < pieces.Length; i++)
        {
            if (i > 0)
            {
                ids.Add(VideoPlaceholderId);
            }

            ids.AddRange(tokenizer.Encode(pieces[i]));
        }

        return ids.ToArray();
    }

    /// <summary>The id of a candidate answer, which must be one token.</summary>
    /// <param name="candidate">Its text, for example <c>A</c>.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="vocabularySize">How many ids of the vocabulary count.</param>
    /// <exception cref="InputException">The text is no single token of the vocabulary.</exception>
    public static int CandidateId(string candidate, ITokenizer tokenizer, int vocabularySize)
    {
        var ids = tokenizer.Encode(candidate);
        return ids.Count == 1 && ids[0] < vocabularySize
            ? ids[0]
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"'{candidate}' is {ids.Count} tokens in the model's vocabulary; a candidate must be one token. Use generation to score this model."));
    }
}
