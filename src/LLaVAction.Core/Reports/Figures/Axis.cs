namespace LLaVAction.Reports.Figures;

/// <summary>The stretch of an axis in round steps.</summary>
/// <param name="Lower">Its first tick.</param>
/// <param name="Upper">Its last tick.</param>
/// <param name="Step">Distance between ticks.</param>
internal sealed record Axis(double Lower, double Upper, double Step)
{
    public int Ticks => (int)Math.Round((Upper - Lower) / Step);

    public static Axis Around(IEnumerable<double> values)
    {
        double[] finite = [.. values.Where(double.IsFinite)];
        var reach = finite.Max() - finite.Min();
        var step = reach switch { <= 0.1 => 0.02, <= 0.25 => 0.05, <= 0.6 => 0.1, _ => 0.2 };
        return new Axis(step * Math.Floor(finite.Min() / step), step * Math.Max(Math.Floor(finite.Min() / step) + 1, Math.Ceiling(finite.Max() / step)), step);
    }

    public double Tick(int index) => Lower + (index * Step);

    public double Place(double value, double from, double to) => from + ((value - Lower) / (Upper - Lower) * (to - from));
}
