namespace LLaVAction.Scoring;

/// <summary>How stable a model's answers are when the options change places.</summary>
/// <param name="Questions">Questions that have a result for every rotation.</param>
/// <param name="Rotations">Rotations asked.</param>
/// <param name="MeanAccuracy">Mean accuracy over questions and rotations.</param>
/// <param name="CircularAccuracy">Share of questions answered rightly in every rotation (CircularEval).</param>
/// <param name="Consistency">Share of questions for which every rotation chooses the same option, right or wrong.</param>
/// <param name="WorstAccuracy">The lowest accuracy of any single rotation.</param>
/// <param name="BestAccuracy">The highest accuracy of any single rotation.</param>
/// <param name="AccuracyByRotation">Accuracy of each rotation.</param>
public sealed record CircularScores(
    int Questions,
    int Rotations,
    double MeanAccuracy,
    double CircularAccuracy,
    double Consistency,
    double WorstAccuracy,
    double BestAccuracy,
    IReadOnlyList<double> AccuracyByRotation)
{
    /// <summary>Computes the scores; null when there is no question.</summary>
    /// <param name="questions">For each question its outcome in every rotation, all of the same number.</param>
    public static CircularScores? Of(IReadOnlyList<IReadOnlyList<RotationOutcome>> questions)
    {
        if (questions.Count == 0)
        {
            return null;
        }

        var rotations = questions[0].Count;
        var right = new int[rotations];
        var circular = 0;
        var consistent = 0;
        foreach (var outcomes in questions)
        {
            for (var rotation = 0; rotation < rotations; rotation++)
            {
                right[rotation] += outcomes[rotation].IsCorrect ? 1 : 0;
            }

            circular += outcomes.All(outcome => outcome.IsCorrect) ? 1 : 0;
            consistent += outcomes[0].PredictedIndex is { } first && outcomes.All(outcome => outcome.PredictedIndex == first) ? 1 : 0;
        }

        double[] accuracies = [.. right.Select(count => (double)count / questions.Count)];
        return new CircularScores(
            questions.Count,
            rotations,
            (double)right.Sum() / ((long)questions.Count * rotations),
            (double)circular / questions.Count,
            (double)consistent / questions.Count,
            accuracies.Min(),
            accuracies.Max(),
            accuracies);
    }
}

/// <summary>One rotation of one question.</summary>
/// <param name="PredictedIndex">The option chosen, in the question's own order; null where the answer could not be read.</param>
/// <param name="IsCorrect">Whether it is the true one.</param>
public readonly record struct RotationOutcome(int? PredictedIndex, bool IsCorrect);
