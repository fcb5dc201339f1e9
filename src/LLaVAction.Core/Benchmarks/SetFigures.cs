namespace LLaVAction.Benchmarks;

/// <summary>The figures of a set that follow from its questions: computed when it is built, and again when it is verified.</summary>
public static class SetFigures
{
    /// <summary>Questions whose truth is among the dump's first <paramref name="optionCount"/>.</summary>
    public static int TruthInFirst(IEnumerable<Question> questions, int optionCount) =>
        questions.Count(question => question.GroundTruthRank <= optionCount);

    /// <summary>Questions with a distractor that may be true as well.</summary>
    public static int WithAlsoTrue(IEnumerable<Question> questions) =>
        questions.Count(static question => question.AlsoTrue.Any(static reason => reason is not null));

    /// <summary>
    /// Expected accuracy of guessing: 1/K, times the share of questions that have an answer; of questions with texts of their
    /// own, the mean of one over each one's number of options.
    /// </summary>
    public static double Chance(IReadOnlyCollection<Question> questions, int optionCount) =>
        questions.Count == 0 ? 0
            : questions.Any(static question => !question.HasActions)
                ? questions.Average(static question => question.AnswerIndex is null ? 0 : 1.0 / question.Options.Count)
            : (double)questions.Count(static question => question.AnswerIndex is not null) / questions.Count / optionCount;

    /// <summary>Candidates passed over because every text of theirs equals another option's.</summary>
    public static int Substitutions(IEnumerable<PassedOverCandidate> passedOver) =>
        passedOver.Count(static candidate => candidate.Reason == PassedOverCandidate.EqualText);
}
