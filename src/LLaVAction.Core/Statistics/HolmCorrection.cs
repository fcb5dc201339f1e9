namespace LLaVAction.Statistics;

/// <summary>Holm's step-down correction for a family of tests (Holm 1979): no assumption on their dependence.</summary>
public static class HolmCorrection
{
    /// <summary>
    /// Adjusted p values in the order given: the i-th smallest p times (m − i + 1), made monotone, at most 1. NaN stays
    /// NaN and counts as no member of the family.
    /// </summary>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        var adjusted = pValues.ToArray();
        var order = Enumerable.Range(0, adjusted.Length)
            .Where(index => !double.IsNaN(adjusted[index]))
            .OrderBy(index => adjusted[index])
            .ToArray();
        var largest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, pValues[order[rank]] * (order.Length - rank)));
            adjusted[order[rank]] = largest;
        }

        return adjusted;
    }
}
