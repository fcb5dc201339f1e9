namespace LLaVAction.Scoring;

/// <summary>
/// Takes a model's preference for letters and wordings, seen when it answers without the video, out of its scores: no
/// further pass over any video is needed.
/// </summary>
/// <remarks>
/// Both forms subtract a log-prior and renormalise. Per question, score(o) = ln p(o | video, question) − ln p(o | question)
/// is the pointwise mutual information of option and video (Holtzman et al. 2021, "Surface form competition", eq. 2).
/// With the mean prior of each letter it is contextual calibration (Zhao et al. 2021, "Calibrate before use", with the
/// mean over blind questions as the content-free prompt).
/// </remarks>
public static class LetterPrior
{
    /// <summary>Corrected log-probabilities, renormalised, in the order of the arguments.</summary>
    /// <param name="scores">Log-probabilities of the options with the video.</param>
    /// <param name="prior">Log-probabilities of the same options, in the same order, without it.</param>
    public static double[] Correct(IReadOnlyList<double> scores, IReadOnlyList<double> prior)
    {
        if (scores.Count != prior.Count)
        {
            throw new ArgumentException("Scores and prior are of the same options.", nameof(prior));
        }

        var corrected = new double[scores.Count];
        for (var i = 0; i < corrected.Length; i++)
        {
            corrected[i] = scores[i] - prior[i];
        }

        var total = LetterScores.LogSumExp(corrected);
        for (var i = 0; i < corrected.Length; i++)
        {
            corrected[i] -= total;
        }

        return corrected;
    }

    /// <summary>
    /// The mean prior of each letter over blind questions, as log-probabilities in letter order: the logarithm of the mean
    /// probability. A letter that a question does not have counts as improbable there.
    /// </summary>
    /// <param name="blind">For each blind question, its options' log-probabilities and the option shown at each letter.</param>
    public static double[] MeanByLetter(IEnumerable<(IReadOnlyList<double> Scores, IReadOnlyList<int> OptionOrder)> blind)
    {
        var sums = new List<double>();
        var questions = 0;
        foreach (var (scores, order) in blind)
        {
            sums.AddRange(Enumerable.Repeat(0.0, Math.Max(0, order.Count - sums.Count)));
            for (var letter = 0; letter < order.Count; letter++)
            {
                sums[letter] += Math.Exp(scores[order[letter]]);
            }

            questions++;
        }

        return questions == 0
            ? throw new ArgumentException("There is no blind question to take a prior from.", nameof(blind))
            : [.. sums.Select(sum => Math.Log(sum / questions))];
    }

    /// <summary>Brings a prior in letter order into the question's own option order.</summary>
    public static double[] ToOptionOrder(IReadOnlyList<double> byLetter, IReadOnlyList<int> optionOrder)
    {
        var byOption = new double[optionOrder.Count];
        for (var letter = 0; letter < byOption.Length; letter++)
        {
            byOption[optionOrder[letter]] = byLetter[letter];
        }

        return byOption;
    }

    /// <summary>The option with the highest score; of equal ones, that with the first letter shown.</summary>
    public static int Best(IReadOnlyList<double> scores, IReadOnlyList<int> optionOrder)
    {
        var best = optionOrder[0];
        foreach (var option in optionOrder)
        {
            best = scores[option] > scores[best] ? option : best;
        }

        return best;
    }
}
