using LLaVAction.Benchmarks;
using LLaVAction.Epic;
using LLaVAction.Scoring;

namespace LLaVAction.Runs;

/// <summary>Reads the results of the recognition protocol as rankings of classes.</summary>
public static class RecognitionResults
{
    /// <summary>The classes that a result ranks; null where it has no letter scores.</summary>
    public static RecognitionRanking? Ranking(Question question, ResultLine? result) =>
        result?.LetterLogprobs is { } scores ? RecognitionRanking.Of(Classes(question), scores) : null;

    /// <summary>
    /// Where the true classes of a question rank. A result without letter scores (an engine that only writes text) knows
    /// its first place alone.
    /// </summary>
    public static RecognitionRow Row(Question question, ResultLine? result)
    {
        var ranking = Ranking(question, result);
        if (ranking is null && result?.PredictedIndex is { } predicted)
        {
            ranking = RecognitionRanking.Of([Classes(question)[predicted]], [0]);
        }

        return new RecognitionRow(
            ranking is null ? null : RecognitionRanking.RankOf(ranking.Verbs, question.VerbClass),
            ranking is null ? null : RecognitionRanking.RankOf(ranking.Nouns, question.NounClass),
            ranking?.RankOf(new ActionClass(question.VerbClass, question.NounClass)),
            question.AnswerIndex is not null,
            question.GroundTruthRank);
    }

    private static ActionClass[] Classes(Question question) =>
        [.. question.OptionClasses.Select(text => ActionClass.TryParse(text, out var actionClass)
            ? actionClass
            : throw new InputException($"question '{question.Id}' of set '{question.Strategy}': option class '{text}' is not verb:noun."))];
}
