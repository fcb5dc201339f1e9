using LLaVAction.Epic;
using LLaVAction.Scoring;

namespace LLaVAction.Tests.Scoring;

/// <summary>The official recognition figures, by hand.</summary>
public sealed class RecognitionScoresTests
{
    private static readonly ActionClass[] Classes = [new(1, 7), new(2, 7), new(1, 8), new(3, 9)];

    [Fact]
    public void A_verb_or_noun_scores_the_sum_of_its_candidates()
    {
        // Shares 0.1, 0.4, 0.35, 0.15: verb 1 has 0.45 and beats verb 2, whose one candidate is the best action.
        var ranking = RecognitionRanking.Of(Classes, [Math.Log(0.1), Math.Log(0.4), Math.Log(0.35), Math.Log(0.15)]);

        Assert.Equal([new(2, 7), new(1, 8), new(3, 9), new(1, 7)], ranking.Actions.Select(static action => action.Class));
        Assert.Equal([1, 2, 3], ranking.Verbs.Select(static verb => verb.Class));
        Assert.Equal([0.45, 0.4, 0.15], ranking.Verbs.Select(static verb => verb.Score), static (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal([7, 8, 9], ranking.Nouns.Select(static noun => noun.Class));
        Assert.Equal((2, 1, 3), (RecognitionRanking.RankOf(ranking.Verbs, 2), RecognitionRanking.RankOf(ranking.Nouns, 7), ranking.RankOf(new ActionClass(3, 9))));
        Assert.Equal((null, null), (RecognitionRanking.RankOf(ranking.Verbs, 5), ranking.RankOf(new ActionClass(2, 9))));
    }

    [Fact]
    public void Top_1_and_top_5_count_ranks_over_all_rows()
    {
        var scores = RecognitionScores.Of(
        [
            new RecognitionRow(1, 1, 1, true, 1),
            new RecognitionRow(5, 5, 6, true, 2),
            new RecognitionRow(6, 2, 5, true, null),
            new RecognitionRow(null, null, null, false, 21),
        ])!;

        Assert.Equal(4, scores.Rows);
        Assert.Equal((0.25, 0.5), (scores.VerbTop1, scores.VerbTop5));
        Assert.Equal((0.25, 0.75), (scores.NounTop1, scores.NounTop5));
        Assert.Equal((0.25, 0.5), (scores.ActionTop1, scores.ActionTop5));
        Assert.Equal((0.75, 0.25), (scores.RecallCeiling, scores.DumpTop1));
        Assert.Null(RecognitionScores.Of([]));
    }
}
