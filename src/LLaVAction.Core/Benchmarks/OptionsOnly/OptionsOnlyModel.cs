namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// How well a small model does that sees the options' classes and nothing else, cross-validated so that no participant is
/// in both training and test: a stress test of the set itself (Stress-testing multimodal benchmarks, arXiv 2511.04655).
/// </summary>
/// <param name="Accuracy">Share of questions whose most probable option is the true one.</param>
/// <param name="BiasScores">Probability given to the truth, per question, rounded to 6 decimals; 0 for a question without one.</param>
public sealed record OptionsOnlyModel(double Accuracy, IReadOnlyList<double> BiasScores)
{
    /// <summary>Most folds; fewer where there are fewer participants.</summary>
    public const int Folds = 5;

    /// <summary>
    /// Cross-validates. Folds: participants from the one with most questions down, each to the fold with fewest so far.
    /// With a single participant nothing can be learned from others, and every option is as probable as any other.
    /// </summary>
    public static OptionsOnlyModel CrossValidate(IReadOnlyList<OptionClasses> questions)
    {
        ArgumentNullException.ThrowIfNull(questions);
        var folds = AssignFolds(questions);
        var count = folds.Length == 0 ? 0 : folds.Max() + 1;
        var scores = new double[questions.Count];
        var isRight = new bool[questions.Count];
        var features = OptionFeatures.Of(questions);
        Parallel.For(0, count, fold => TestFold(features, folds, count, fold, scores, isRight));
        return new OptionsOnlyModel(questions.Count == 0 ? 0 : (double)isRight.Count(static right => right) / questions.Count, scores);
    }

    private static void TestFold(OptionFeatures features, int[] folds, int count, int fold, double[] scores, bool[] isRight)
    {
        var weights = new double[OptionFeatures.Count];
        if (count > 1)
        {
            features = features.WithFrequencies(question => folds[question] != fold);
            weights = ConditionalLogit.Fit(features, question => folds[question] != fold);
        }

        for (var question = 0; question < folds.Length; question++)
        {
            if (folds[question] == fold && features.Questions[question].AnswerIndex is { } answer)
            {
                var probabilities = new double[features.Questions[question].Classes.Count];
                ConditionalLogit.Predict(features, question, weights, probabilities);
                scores[question] = Math.Round(probabilities[answer], 6);
                isRight[question] = Array.IndexOf(probabilities, probabilities.Max()) == answer;
            }
        }
    }

    private static int[] AssignFolds(IReadOnlyList<OptionClasses> questions)
    {
        var participants = questions
            .GroupBy(static question => question.ParticipantId, StringComparer.Ordinal)
            .Select(static group => (Id: group.Key, Questions: group.Count()))
            .OrderByDescending(static entry => entry.Questions)
            .ThenBy(static entry => entry.Id, StringComparer.Ordinal)
            .ToArray();
        var sizes = new int[Math.Min(Folds, participants.Length)];
        var foldOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, size) in participants)
        {
            var smallest = Array.IndexOf(sizes, sizes.Min());
            sizes[smallest] += size;
            foldOf[id] = smallest;
        }

        return [.. questions.Select(question => foldOf[question.ParticipantId])];
    }
}
