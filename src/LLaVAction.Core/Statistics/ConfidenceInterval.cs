namespace LLaVAction.Statistics;

/// <summary>An estimate with a two-sided interval.</summary>
/// <param name="Estimate">The point estimate.</param>
/// <param name="Lower">Lower end; NaN where no interval can be estimated.</param>
/// <param name="Upper">Upper end; NaN where no interval can be estimated.</param>
/// <param name="StandardError">Standard error behind the interval; NaN where there is none.</param>
/// <param name="DegreesOfFreedom">Degrees of freedom of the standard error; NaN where there are none.</param>
public readonly record struct ConfidenceInterval(double Estimate, double Lower, double Upper, double StandardError, double DegreesOfFreedom)
{
    /// <summary>False where the data cannot bound the estimate, for example with a single cluster.</summary>
    public bool IsEstimable => double.IsFinite(Lower) && double.IsFinite(Upper);

    /// <summary>An estimate without an interval.</summary>
    public static ConfidenceInterval NotEstimable(double estimate) => new(estimate, double.NaN, double.NaN, double.NaN, double.NaN);
}
