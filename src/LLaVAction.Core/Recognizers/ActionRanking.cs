using System.Collections;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>
/// What a dump says about one clip: its classes, best first, without duplicates. The best few are at hand; the others
/// are worked out when they are asked for.
/// </summary>
public abstract class ActionRanking : IReadOnlyList<RankedAction>
{
    /// <summary>How many classes the dump ranks for this clip.</summary>
    public abstract int Count { get; }

    /// <summary>The class at a position, 0 being the best.</summary>
    public abstract RankedAction this[int index] { get; }

    /// <summary>A ranking that is a list.</summary>
    /// <param name="actions">Distinct classes, best first.</param>
    public static ActionRanking FromList(params IReadOnlyList<RankedAction> actions) => new ListRanking(actions);

    /// <summary>The 1-based rank of a class in the dump's full list; null where the list lacks it.</summary>
    public abstract int? RankOf(ActionClass actionClass);

    /// <summary>The dump's score of a class; null where the dump lacks the class or has ranks only.</summary>
    public abstract double? ScoreOf(ActionClass actionClass);

    /// <inheritdoc/>
    public IEnumerator<RankedAction> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class ListRanking(IReadOnlyList<RankedAction> actions) : ActionRanking
    {
        public override int Count => actions.Count;

        public override RankedAction this[int index] => actions[index];

        public override int? RankOf(ActionClass actionClass)
        {
            for (var i = 0; i < actions.Count; i++)
            {
                if (actions[i].Class == actionClass)
                {
                    return i + 1;
                }
            }

            return null;
        }

        public override double? ScoreOf(ActionClass actionClass) =>
            RankOf(actionClass) is { } rank ? actions[rank - 1].Score : null;
    }
}
