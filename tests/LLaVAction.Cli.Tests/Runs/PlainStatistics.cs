using System.Numerics;
using MathNet.Numerics.Distributions;

namespace LLaVAction.Cli.Tests.Runs;

/// <summary>
/// The formulas of docs/statistics.md once more, written from their definitions: slow and plain,
/// to hold the tool's figures to.
/// </summary>
internal static class PlainStatistics
{
    private const double NormalQuantile = 1.959963984540054;

    /// <summary>Mean, bias-reduced standard error and degrees of freedom, from the projections of each cluster's residuals.</summary>
    public static (double Mean, double Error, double Degrees, int Clusters, double Effective) Clustered(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        double n = rows.Count;
        var mean = rows.Sum(row => row.Value) / n;
        var groups = rows.GroupBy(row => row.Cluster).ToArray();
        var error = Math.Sqrt(groups.Sum(group => Math.Pow(group.Sum(row => row.Value - mean), 2) / (1 - (group.Count() / n)))) / n;

        // The weight that the residual of cluster k's items has in the sum of cluster g, from which come the eigenvalues.
        var weights = groups.Select(g => groups.Select(k => ((k == g ? 1 : 0) - (g.Count() / n)) / Math.Sqrt(1 - (g.Count() / n)) / n).ToArray()).ToArray();
        var degrees = new[] { 1, 2 }.Min(power =>
        {
            double Product(int g, int h) => Enumerable.Range(0, groups.Length).Sum(k => Math.Pow(groups[k].Count(), power) * weights[g][k] * weights[h][k]);
            var squares = Enumerable.Range(0, groups.Length).Sum(g => Enumerable.Range(0, groups.Length).Sum(h => Math.Pow(Product(g, h), 2)));
            return Math.Pow(Enumerable.Range(0, groups.Length).Sum(g => Product(g, g)), 2) / squares;
        });
        var informative = rows.Select(row => row.Value).Distinct().Min(value => Effective(groups.Select(group => group.Count(row => row.Value != value))));
        return (mean, error, Math.Max(1, Math.Min(degrees, informative - 1)), groups.Length, Effective(groups.Select(group => group.Count())));
    }

    /// <summary>The 95 % interval of an accuracy: Wilson's on the effective number of questions, with Student's t.</summary>
    public static (double Lower, double Upper) Share(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        var (mean, error, degrees, _, _) = Clustered(rows);
        return Wilson(mean, Math.Min(rows.Count, mean * (1 - mean) / (error * error)), Quantile(0.975, degrees));
    }

    /// <summary>The interval of a paired difference, no narrower than square-and-add of gains and losses.</summary>
    public static (double Lower, double Upper) Difference(
        IReadOnlyList<(double Value, string Cluster)> rows, double confidence, params IReadOnlyList<(double Value, string Cluster)>[] accuracies)
    {
        var (mean, error, degrees, _, _) = Clustered(rows);
        var effect = accuracies.Max(DesignEffect);
        var effective = rows.Count / Math.Max(1, effect);
        var z = Normal.InvCDF(0, 1, (1 + confidence) / 2);
        double gains = rows.Count(row => row.Value > 0) / (double)rows.Count, losses = rows.Count(row => row.Value < 0) / (double)rows.Count;
        var (gainLow, gainHigh) = Wilson(gains, effective, z);
        var (lossLow, lossHigh) = Wilson(losses, effective, z);
        var correlation = Math.Sqrt(gains * losses / ((1 - gains) * (1 - losses)));
        double Add(double a, double b) => Math.Sqrt((a * a) + (b * b) + (2 * correlation * a * b));
        var half = Quantile((1 + confidence) / 2, degrees) * error;
        return (
            Math.Max(-1, mean - Math.Max(half, Add(gains - gainLow, lossHigh - losses))),
            Math.Min(1, mean + Math.Max(half, Add(gainHigh - gains, losses - lossLow))));
    }

    /// <summary>Clustered variance over that of independent answers.</summary>
    public static double DesignEffect(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        var (mean, error, _, _, _) = Clustered(rows);
        return error * error / (mean * (1 - mean) / (rows.Count - 1));
    }

    /// <summary>Two-sided p that a clustered mean is zero.</summary>
    public static double PValue(IReadOnlyList<(double Value, string Cluster)> rows)
    {
        var (mean, error, degrees, _, _) = Clustered(rows);
        return 2 * StudentT.CDF(0, 1, degrees, -Math.Abs(mean / error));
    }

    /// <summary>Wilson's 95 % interval.</summary>
    public static (double Lower, double Upper) Wilson(int successes, int trials) => Wilson((double)successes / trials, trials, NormalQuantile);

    private static (double Lower, double Upper) Wilson(double share, double trials, double z)
    {
        var centre = share + (z * z / (2 * trials));
        var half = z * Math.Sqrt((share * (1 - share) / trials) + (z * z / (4.0 * trials * trials)));
        return ((centre - half) / (1 + (z * z / trials)), (centre + half) / (1 + (z * z / trials)));
    }

    private static double Effective(IEnumerable<int> sizes)
    {
        var all = sizes.ToArray();
        return Math.Pow(all.Sum(), 2) / all.Sum(size => Math.Pow(size, 2));
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

    /// <summary>Quantile of Student's t, which the unit tests hold to SciPy's.</summary>
    public static double Quantile(double probability, double degrees) => StudentT.InvCDF(0, 1, degrees, probability);
}
