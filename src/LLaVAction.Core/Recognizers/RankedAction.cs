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
