namespace LLaVAction.Statistics;

/// <summary>An estimate with a two-sided interval.</summary>
/// <param name="Estimate">The point estimate.</param>
/// <param name="Lower">Lower end.</param>
/// <param name="Upper">Upper end.</param>
/// <param name="StandardError">Standard error behind the interval; NaN where the method has none.</param>
public readonly record struct ConfidenceInterval(double Estimate, double Lower, double Upper, double StandardError)
{
    /// <summary>The same interval cut to [<paramref name="minimum"/>, <paramref name="maximum"/>], as a share needs it.</summary>
    public ConfidenceInterval ClampTo(double minimum, double maximum) =>
        this with { Lower = Math.Clamp(Lower, minimum, maximum), Upper = Math.Clamp(Upper, minimum, maximum) };
}
