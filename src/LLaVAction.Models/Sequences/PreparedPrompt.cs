using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Models.Sequences;

/// <summary>A prompt ready to be run.</summary>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Candidates">Ids of the candidates.</param>
/// <param name="MaxNewTokens">How many tokens to generate at most.</param>
/// <param name="Length">Its length, visual tokens included.</param>
public sealed record PreparedPrompt(PromptTokens Tokens, int[] Candidates, int MaxNewTokens, int Length)
{
    /// <summary>Tokenises a request and checks that it can be answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="settings">The settings in force.</param>
    /// <param name="visualTokens">Tokens of the group's video; null where its prompts have none.</param>
    /// <param name="language">The language model.</param>
    /// <exception cref="InputException">
    /// The prompt is longer than the model takes, holds a token the model has no vector for, or a candidate is not one token.
    /// </exception>
    /// <exception cref="ArgumentException">Prompt and group do not agree about a video, or nothing follows it.</exception>
    public static PreparedPrompt Of(PromptRequest request, ITokenizer tokenizer, ModelSettings settings, int? visualTokens, LanguageConfiguration language)
    {
        var tokens = PromptTokens.Of(request.Prompt, tokenizer);
        if (request.Continuation is { Tokens.Count: > 0 } continuation)
        {
            tokens = tokens with { AfterVideo = [.. tokens.AfterVideo, .. continuation.Tokens] };
        }

        if (tokens.HasVideo != visualTokens is not null)
        {
            throw new ArgumentException(
                tokens.HasVideo
                    ? $"The prompt holds {PromptTokens.VideoPlaceholder} and its group has no clip."
                    : $"The group has a clip and the prompt holds no {PromptTokens.VideoPlaceholder}.",
                nameof(request));
        }

        if (tokens.AfterVideo.Count == 0)
        {
            throw new ArgumentException("The prompt ends where its video ends, or is empty; text must follow.", nameof(request));
        }

        if (tokens.BeforeVideo.Concat(tokens.AfterVideo).FirstOrDefault(id => id >= language.VocabularyRows, -1) is var unknown and >= 0)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"The tokenizer gives id {unknown}, and the model's embedding has {language.VocabularyRows} rows. Take tokenizer files and weights from one checkpoint."));
        }

        var maximumPositions = language.MaximumPositions;
        var length = tokens.BeforeVideo.Count + (visualTokens ?? 0) + tokens.AfterVideo.Count;
        if (length > maximumPositions)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"A prompt has {length} tokens, {visualTokens ?? 0} of them visual; the model takes {maximumPositions} (max_position_embeddings). Use fewer frames or a shorter prompt."));
        }

        int[] candidates = request.Continuation is { } path ? [.. path.Next] : [.. request.Candidates.Select(candidate => PromptTokens.CandidateId(candidate, tokenizer, settings.VocabularySize))];
        return new PreparedPrompt(tokens, candidates, Math.Min(request.MaxNewTokens, maximumPositions - length), length);
    }
}
