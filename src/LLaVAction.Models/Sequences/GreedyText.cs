using LLaVAction.Models.Settings;

namespace LLaVAction.Models.Sequences;

/// <summary>A continuation that is written token by token.</summary>
/// <param name="maxNewTokens">How many tokens at most.</param>
/// <param name="stopTokens">Ids that end it and are not part of it.</param>
/// <param name="vocabularySize">How many vocabulary rows count.</param>
/// <param name="repetitionPenalty">Over generated tokens; 1 for none.</param>
public sealed class GreedyText(int maxNewTokens, IReadOnlyList<int> stopTokens, int vocabularySize, float repetitionPenalty)
{
    private readonly List<int> _tokens = [];

    /// <summary>A continuation as a model's settings have it.</summary>
    public GreedyText(int maxNewTokens, ModelSettings settings)
        : this(maxNewTokens, settings.StopTokenIds, settings.VocabularySize, settings.RepetitionPenalty)
    {
    }

    /// <summary>The tokens so far, without the stop token.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>Takes the next token by its logits, which are changed in place; false when the continuation has ended.</summary>
    public bool Take(Span<float> logits)
    {
        if (_tokens.Count >= maxNewTokens)
        {
            return false;
        }

        var token = NextToken.Greedy(logits, vocabularySize, _tokens, repetitionPenalty);
        if (stopTokens.Contains(token))
        {
            return false;
        }

        _tokens.Add(token);
        return _tokens.Count < maxNewTokens;
    }
}
