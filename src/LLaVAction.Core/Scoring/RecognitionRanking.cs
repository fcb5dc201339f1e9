using LLaVAction.Epic;

namespace LLaVAction.Scoring;

/// <summary>
/// What a model says about verb, noun and action under the recognition protocol: its scores of the K candidates, best
/// first, and their sums per verb and per noun class.
/// </summary>
/// <remarks>
/// The score of a verb is the sum of its actions' probabilities, as for the marginals of an action recogniser; classes
/// that no candidate has score nothing, so the official top-5 can miss where fewer than five classes are among the
/// candidates. Equal scores keep the order of the candidates.
/// </remarks>
/// <param name="Actions">The candidates' classes, best first.</param>
/// <param name="Verbs">Verb classes of the candidates and their scores, best first.</param>
/// <param name="Nouns">Noun classes of the candidates and their scores, best first.</param>
public sealed record RecognitionRanking(
    IReadOnlyList<ScoredAction> Actions,
    IReadOnlyList<ScoredClass> Verbs,
    IReadOnlyList<ScoredClass> Nouns)
{
    /// <summary>Ranks the candidates.</summary>
    /// <param name="classes">The class of each option.</param>
    /// <param name="logProbabilities">Its renormalised log-probability.</param>
    public static RecognitionRanking Of(IReadOnlyList<ActionClass> classes, IReadOnlyList<double> logProbabilities)
    {
        var actions = classes
            .Select((actionClass, option) => new ScoredAction(actionClass, Math.Exp(logProbabilities[option])))
            .OrderByDescending(action => action.Score)
            .ToArray();
        return new RecognitionRanking(actions, Sum(actions, action => action.Verb), Sum(actions, action => action.Noun));
    }

    /// <summary>1-based rank of a class among scored classes; null where it is not among them.</summary>
    public static int? RankOf(IReadOnlyList<ScoredClass> ranking, int wanted)
    {
        for (var i = 0; i < ranking.Count; i++)
        {
            if (ranking[i].Class == wanted)
            {
                return i + 1;
            }
        }

        return null;
    }

    /// <summary>1-based rank of an action; null where it is not among the candidates.</summary>
    public int? RankOf(ActionClass wanted)
    {
        for (var i = 0; i < Actions.Count; i++)
        {
            if (Actions[i].Class == wanted)
            {
                return i + 1;
            }
        }

        return null;
    }

    private static ScoredClass[] Sum(ScoredAction[] actions, Func<ActionClass, int> part) =>
        [.. actions.GroupBy(action => part(action.Class))
            .Select(group => new ScoredClass(group.Key, group.Sum(action => action.Score)))
            .OrderByDescending(scored => scored.Score)];
}

/// <summary>An action class and its score, a probability.</summary>
public readonly record struct ScoredAction(ActionClass Class, double Score);

/// <summary>A verb or noun class and its score, a probability.</summary>
public readonly record struct ScoredClass(int Class, double Score);
