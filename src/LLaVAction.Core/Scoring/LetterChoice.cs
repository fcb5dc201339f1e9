namespace LLaVAction.Scoring;

/// <summary>
/// What the most probable first tokens of an answer say of its letter, where a server lists only some of the vocabulary.
/// </summary>
/// <param name="LogProbabilities">Log-probability of each candidate; null unless all of them are listed.</param>
/// <param name="Chosen">The most probable candidate; null where none is listed.</param>
/// <param name="Listed">How many candidates are listed.</param>
public sealed record LetterChoice(IReadOnlyList<double>? LogProbabilities, int? Chosen, int Listed)
{
    /// <summary>
    /// Reads the choice. A token counts as a candidate with or without a space before it, and the more probable of the two
    /// stands for it. A token that is not listed is less probable than every token that is, so the choice is right even
    /// where some candidates are missing.
    /// </summary>
    /// <param name="tokens">The listed tokens and their log-probabilities.</param>
    /// <param name="candidates">The letters.</param>
    public static LetterChoice Read(IEnumerable<(string Token, double LogProbability)> tokens, IReadOnlyList<string> candidates)
    {
        var scores = new double?[candidates.Count];
        foreach (var (token, logProbability) in tokens)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                if (IsCandidate(token, candidates[i]) && !(logProbability <= scores[i]))
                {
                    scores[i] = logProbability;
                }
            }
        }

        var listed = scores.Count(score => score is not null);
        int? chosen = listed == 0 ? null : Array.IndexOf(scores, scores.Max());
        return new LetterChoice(listed == scores.Length ? [.. scores.Select(score => score!.Value)] : null, chosen, listed);
    }

    private static bool IsCandidate(string token, string candidate) =>
        token == candidate || (token.Length == candidate.Length + 1 && token[0] is ' ' or 'Ġ' or '▁' && token.EndsWith(candidate, StringComparison.Ordinal));
}
