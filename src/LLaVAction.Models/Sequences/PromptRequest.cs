namespace LLaVAction.Models.Sequences;

/// <summary>One prompt and what is wanted of it; both kinds of answer come from one prefill.</summary>
/// <param name="Prompt">
/// The whole text, chat template included, with at most one <c>&lt;image&gt;</c> where the video stands.
/// </param>
/// <param name="Candidates">
/// Texts of one token each (<c>A</c>, <c>B</c>, …) whose log-probabilities at the next position are wanted; may be empty.
/// </param>
/// <param name="MaxNewTokens">How many tokens to generate greedily at most; 0 for none.</param>
public sealed record PromptRequest(string Prompt, IReadOnlyList<string> Candidates, int MaxNewTokens)
{
    /// <summary>
    /// Tokens that follow the prompt, and those whose log-probabilities are wanted after them, in place of
    /// <see cref="Candidates"/>; null for none. Engines that only write text cannot tell them.
    /// </summary>
    public TokenPath? Continuation { get; init; }
}

/// <summary>The beginning of an answer, as tokens.</summary>
/// <param name="Tokens">What has been said; may be empty.</param>
/// <param name="Next">The tokens that may follow, each once.</param>
public sealed record TokenPath(IReadOnlyList<int> Tokens, IReadOnlyList<int> Next);
