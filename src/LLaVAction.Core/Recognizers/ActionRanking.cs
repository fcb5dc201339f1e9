using System.Collections;
using LLaVAction.Epic;

namespace LLaVAction.Recognizers;

/// <summary>One entry of a recogniser's ranked list.</summary>
/// <param name="Class">The predicted class.</param>
/// <param name="Score">The recogniser's score or probability; null where the dump has ranks only.</param>
public readonly record struct RankedAction(ActionClass Class, double? Score)
{
    /// <summary>Orders by falling score; equal scores by the ordinal text of the class.</summary>
    public static IComparer<RankedAction> BestFirst { get; } = Comparer<RankedAction>.Create(static (left, right) =>
        right.Score.GetValueOrDefault().CompareTo(left.Score.GetValueOrDefault()) is var order and not 0
            ? order
            : ActionClass.ByText.Compare(left.Class, right.Class));
}

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

    /// <summary>
    /// Whether the class at rank <paramref name="rank"/> and the next one are equally good by every score the dump has, so that
    /// only their names decide which of them is among the first. False where the dump has ranks only.
    /// </summary>
    /// <param name="rank">1-based rank, at most <see cref="PredictionRequest.Top"/>.</param>
    public virtual bool IsTiedAfter(int rank) =>
        rank < Count && this[rank - 1].Score is { } score && score == this[rank].Score;

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
    }
}
