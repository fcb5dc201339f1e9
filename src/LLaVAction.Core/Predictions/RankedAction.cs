using LLaVAction.Annotations;

namespace LLaVAction.Predictions;

/// <summary>One entry of a recogniser's ranked list.</summary>
/// <param name="Class">The predicted class.</param>
/// <param name="Score">The recogniser's score or probability; null where the dump has ranks only.</param>
public readonly record struct RankedAction(ActionClass Class, double? Score);
