namespace LLaVAction.Models.Sequences;

/// <summary>What the logits at one position say about the next token.</summary>
public static class NextToken
{
    /// <summary>
    /// Natural logarithms of the candidates' probabilities under the softmax over the vocabulary, in double.
    /// </summary>
    /// <param name="logits">Logits [vocabulary rows].</param>
    /// <param name="vocabularySize">How many rows count; those beyond are masked.</param>
    /// <param name="candidates">Token ids below <paramref name="vocabularySize"/>.</param>
    public static double[] LogProbabilities(ReadOnlySpan<float> logits, int vocabularySize, ReadOnlySpan<int> candidates)
    {
        logits = logits[..Math.Min(vocabularySize, logits.Length)];
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (var logit in logits)
        {
            sum += Math.Exp((double)logit - largest);
        }

        var logSum = largest + Math.Log(sum);
        var result = new double[candidates.Length];
        for (var i = 0; i < candidates.Length; i++)
        {
            result[i] = logits[candidates[i]] - logSum;
        }

        return result;
    }

    /// <summary>
    /// The token of the largest logit, the lowest id among equals, after the repetition penalty: a logit of a token
    /// generated before is divided by the penalty where positive and multiplied where negative (CTRL, Keskar et al.
    /// 2019, as Hugging Face applies it). The prompt's tokens are not penalised, because the reference gives the model
    /// embeddings, not ids.
    /// </summary>
    /// <param name="logits">Logits [vocabulary rows]; the generated tokens' are changed in place.</param>
    /// <param name="vocabularySize">How many rows count.</param>
    /// <param name="generated">Tokens generated so far.</param>
    /// <param name="repetitionPenalty">1 for none.</param>
    public static int Greedy(Span<float> logits, int vocabularySize, IReadOnlyCollection<int> generated, float repetitionPenalty)
    {
        logits = logits[..Math.Min(vocabularySize, logits.Length)];
        if (repetitionPenalty != 1f)
        {
            foreach (var token in generated.Distinct())
            {
                logits[token] = logits[token] < 0 ? logits[token] * repetitionPenalty : logits[token] / repetitionPenalty;
            }
        }

        var best = 0;
        for (var i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
            {
                best = i;
            }
        }

        return best;
    }
}
