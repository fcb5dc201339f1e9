using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Benchmarks.Building;

/// <summary>
/// A recogniser as a test taker: restricted to the options, its best-ranked one is its answer. Options outside its list
/// rank last and tie; a tie goes to the option shown first, which says nothing of the truth, whose position is uniform.
/// </summary>
public static class DumpJudge
{
    private const int QuickDepth = 40;

    /// <summary>The index of the option that the ranking puts first.</summary>
    public static int Choose(IReadOnlyList<ActionClass> options, ActionRanking ranking)
    {
        // The best-ranked option is nearly always near the top, where a look at the list is cheaper than a rank.
        var depth = Math.Min(ranking.Count, QuickDepth);
        for (var rank = 0; rank < depth; rank++)
        {
            var ranked = ranking[rank].Class;
            for (var i = 0; i < options.Count; i++)
            {
                if (options[i] == ranked)
                {
                    return i;
                }
            }
        }

        var best = 0;
        var bestRank = int.MaxValue;
        for (var i = 0; i < options.Count; i++)
        {
            if (ranking.RankOf(options[i]) is { } rank && rank < bestRank)
            {
                (best, bestRank) = (i, rank);
            }
        }

        return best;
    }

    /// <summary>Scores a set; a question without an answer counts as wrong.</summary>
    /// <param name="questions">The set.</param>
    /// <param name="classes">The classes of each question's options.</param>
    /// <param name="judge">The dump; it ranks classes for every question's clip.</param>
    /// <param name="isOwnSet">The set was made from this dump.</param>
    public static JudgeAccuracy Score(
        IReadOnlyList<Question> questions, IReadOnlyList<OptionClasses> classes, StrategySource judge, bool isOwnSet)
    {
        var dump = judge.Dump ?? throw new ArgumentException("A judge has a dump.", nameof(judge));
        var correct = 0;
        for (var i = 0; i < questions.Count; i++)
        {
            if (questions[i].AnswerIndex == Choose(classes[i].Classes, dump.Rankings[questions[i].Id]))
            {
                correct++;
            }
        }

        return new JudgeAccuracy(judge.Name, correct, questions.Count == 0 ? 0 : (double)correct / questions.Count, isOwnSet, judge.Provenance);
    }
}
