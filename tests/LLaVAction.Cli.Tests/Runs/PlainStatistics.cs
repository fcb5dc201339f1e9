using System.Numerics;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary>
/// The formulas of docs/statistics.md once more, written from their definitions and without any library: slow and plain,
/// to hold the tool's figures to.
/// </summary>
internal static class PlainStatistics
{
    private const double NormalQuantile = 1.959963984540054;

    /// <summary>Mean of values and its cluster-robust standard error: √(G/(G−1)·Σ(Σ residuals)²)/n.</summary>
    public static (double Mean, double StandardError, int Clusters, double Effective) Clustered(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        var mean = rows.Sum(row => row.Value) / rows.Count;
        var groups = rows.GroupBy(row => row.Cluster).ToArray();
        var squares = groups.Sum(group => Math.Pow(group.Sum(row => row.Value - mean), 2));
        var error = Math.Sqrt(groups.Length / (groups.Length - 1.0) * squares) / rows.Count;
        return (mean, error, groups.Length, Math.Pow(rows.Count, 2) / groups.Sum(group => Math.Pow(group.Count(), 2)));
    }

    /// <summary>The 95 % interval of a clustered mean, by Student's t with G − 1 degrees of freedom, cut to a range.</summary>
    public static (double Lower, double Upper) Interval(IReadOnlyList<(double Value, string Cluster)> rows, double minimum, double maximum)
    {
        var (mean, error, clusters, _) = Clustered(rows);
        var half = Quantile(0.975, clusters - 1) * error;
        return (Math.Clamp(mean - half, minimum, maximum), Math.Clamp(mean + half, minimum, maximum));
    }

    /// <summary>Two-sided p that a clustered mean is zero.</summary>
    public static double PValue(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        var (mean, error, clusters, _) = Clustered(rows);
        return error == 0 ? mean == 0 ? 1 : 0 : 2 * Cumulative(-Math.Abs(mean / error), clusters - 1);
    }

    /// <summary>Wilson's 95 % interval.</summary>
    public static (double Lower, double Upper) Wilson(int successes, int trials)
    {
        var z = NormalQuantile;
        var share = (double)successes / trials;
        var centre = share + (z * z / (2 * trials));
        var half = z * Math.Sqrt((share * (1 - share) / trials) + (z * z / (4.0 * trials * trials)));
        return ((centre - half) / (1 + (z * z / trials)), (centre + half) / (1 + (z * z / trials)));
    }

    /// <summary>McNemar's exact two-sided p, in whole numbers: 2·Σ C(b+c, i) for i ≤ min(b, c), over 2^(b+c).</summary>
    public static double McNemar(int onlyFirst, int onlySecond)
    {
        var discordant = onlyFirst + onlySecond;
        BigInteger sum = 0, binomial = 1;
        for (var i = 0; i <= Math.Min(onlyFirst, onlySecond); i++)
        {
            sum += binomial;
            binomial = binomial * (discordant - i) / (i + 1);
        }

        return discordant == 0 ? 1 : Math.Min(1, Math.Exp(BigInteger.Log(2 * sum) - (discordant * Math.Log(2))));
    }

    /// <summary>Holm's step-down: the largest of (m − j)·p over all p no larger, at most 1.</summary>
    public static double[] Holm(IReadOnlyList<double> pValues)
    {
        var sorted = pValues.Order().ToArray();
        return [.. pValues.Select(p => Math.Min(1, Enumerable.Range(0, sorted.Length).Where(j => sorted[j] <= p).Max(j => (sorted.Length - j) * sorted[j])))];
    }

    /// <summary>Quantile of Student's t, by bisection.</summary>
    public static double Quantile(double probability, int degrees)
    {
        double low = -1e4, high = 1e4;
        for (var step = 0; step < 200; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Cumulative(middle, degrees) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>
    /// Distribution function of Student's t for whole degrees of freedom, by the finite sums of Abramowitz and Stegun
    /// 26.7.3 and 26.7.4.
    /// </summary>
    public static double Cumulative(double t, int degrees)
    {
        var angle = Math.Atan(t / Math.Sqrt(degrees));
        var (sine, cosine) = Math.SinCos(angle);
        var isOdd = degrees % 2 == 1;
        double term = isOdd ? cosine : 1, sum = degrees == 1 ? 0 : term;
        for (var k = isOdd ? 3 : 2; k < degrees; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }

        var central = isOdd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
        return (1 + central) / 2;
    }
}
