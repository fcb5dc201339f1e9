namespace LLaVAction.Scoring;

/// <summary>The scores of a question's options, read from the letters' probabilities at the position of the answer.</summary>
/// <param name="LogProbabilities">
/// Natural log-probability of each option, renormalised over the K letters, in the question's own option order.
/// </param>
/// <param name="Mass">Probability of the K letters together under the full vocabulary, in [0, 1].</param>
/// <param name="PredictedIndex">The option with the highest score; of equal ones, that with the first letter shown.</param>
public sealed record LetterScores(IReadOnlyList<double> LogProbabilities, double Mass, int PredictedIndex)
{
    /// <summary>Below this mean mass a run is flagged: the model would not answer with a letter.</summary>
    public const double LowMass = 0.5;

    /// <summary>Reads the scores.</summary>
    /// <param name="letterLogProbabilities">
    /// Log-probability of each letter under the softmax over the whole vocabulary, in the order shown.
    /// </param>
    /// <param name="optionOrder">The option shown at each letter.</param>
    /// <exception cref="NotFiniteNumberException">A log-probability is not a finite number.</exception>
    public static LetterScores Read(IReadOnlyList<double> letterLogProbabilities, IReadOnlyList<int> optionOrder)
    {
        var total = LogSumExp(letterLogProbabilities);
        var scores = new double[optionOrder.Count];
        var best = 0;
        for (var letter = 0; letter < scores.Length; letter++)
        {
            var value = letterLogProbabilities[letter];
            if (!double.IsFinite(value))
            {
                throw new NotFiniteNumberException("A letter's log-probability is not a finite number.", value);
            }

            scores[optionOrder[letter]] = value - total;
            best = value > letterLogProbabilities[best] ? letter : best;
        }

        return new LetterScores(scores, Math.Min(1, Math.Exp(total)), optionOrder[best]);
    }

    /// <summary>ln Σ exp(x), without overflow.</summary>
    public static double LogSumExp(IReadOnlyList<double> values)
    {
        var largest = double.NegativeInfinity;
        for (var i = 0; i < values.Count; i++)
        {
            largest = Math.Max(largest, values[i]);
        }

        if (double.IsNegativeInfinity(largest))
        {
            return largest;
        }

        var sum = 0.0;
        for (var i = 0; i < values.Count; i++)
        {
            sum += Math.Exp(values[i] - largest);
        }

        return largest + Math.Log(sum);
    }
}
