using LLaVAction.Epic;

namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// Guesses that look at the options alone. Hard distractors gather round the truth, and that gives some of it away.
/// </summary>
public static class OptionGuess
{
    private const int MostOptions = 26;

    /// <summary>
    /// Accuracy of choosing the option that shares most verbs and nouns with the others; options that share equally many
    /// are drawn from at random, so each is right with its share. A question without an answer counts as wrong.
    /// </summary>
    public static double CentralityAccuracy(IReadOnlyCollection<OptionClasses> questions) =>
        Accuracy(questions, static (question, scores) =>
        {
            Span<int> sameNoun = stackalloc int[scores.Length];
            question.CountShared(scores, sameNoun);
            for (var option = 0; option < scores.Length; option++)
            {
                scores[option] += sameNoun[option];
            }
        });

    /// <summary>Accuracy of choosing the option whose class is most frequent, ties as above.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="frequencies">How often each class occurs outside the clips asked about.</param>
    public static double FrequencyAccuracy(IReadOnlyCollection<OptionClasses> questions, IReadOnlyDictionary<ActionClass, int> frequencies)
    {
        ArgumentNullException.ThrowIfNull(frequencies);
        return Accuracy(questions, (question, scores) =>
        {
            for (var option = 0; option < scores.Length; option++)
            {
                scores[option] = frequencies.GetValueOrDefault(question.Classes[option]);
            }
        });
    }

    /// <summary>How often each class occurs among the clips that are not asked about.</summary>
    /// <param name="pool">Every clip of the pool.</param>
    /// <param name="asked">Narration ids of the clips asked about: their classes do not count as known frequencies.</param>
    public static IReadOnlyDictionary<ActionClass, int> Frequencies(IEnumerable<ClipAnnotation> pool, IReadOnlySet<string> asked)
    {
        var frequencies = new Dictionary<ActionClass, int>();
        foreach (var clip in pool)
        {
            if (!asked.Contains(clip.NarrationId))
            {
                frequencies[clip.Class] = frequencies.GetValueOrDefault(clip.Class) + 1;
            }
        }

        return frequencies;
    }

    private static double Accuracy(IReadOnlyCollection<OptionClasses> questions, Action<OptionClasses, Span<int>> score)
    {
        ArgumentNullException.ThrowIfNull(questions);

        // Wins by the number of options that tie, so that the sum does not depend on the order of the questions.
        var winsByTies = new int[MostOptions + 1];
        Span<int> buffer = stackalloc int[MostOptions];
        foreach (var question in questions)
        {
            var scores = buffer[..question.Classes.Count];
            score(question, scores);
            var best = int.MinValue;
            var ties = 0;
            var isAnswerBest = false;
            for (var option = 0; option < scores.Length; option++)
            {
                var value = scores[option];
                if (value > best)
                {
                    (best, ties, isAnswerBest) = (value, 0, false);
                }

                if (value == best)
                {
                    ties++;
                    isAnswerBest |= option == question.AnswerIndex;
                }
            }

            winsByTies[isAnswerBest ? ties : 0] += isAnswerBest ? 1 : 0;
        }

        var sum = 0.0;
        for (var ties = 1; ties < winsByTies.Length; ties++)
        {
            sum += (double)winsByTies[ties] / ties;
        }

        return questions.Count == 0 ? 0 : sum / questions.Count;
    }
}
