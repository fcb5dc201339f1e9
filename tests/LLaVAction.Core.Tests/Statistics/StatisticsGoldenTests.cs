using System.Globalization;
using System.Text.Json;
using LLaVAction.Statistics;

namespace LLaVAction.Tests.Statistics;

/// <summary>Every formula against another program's value: SciPy's, statsmodels', or plain matrices (make_statistics_golden.py).</summary>
public sealed class StatisticsGoldenTests
{
    private const double Tolerance = 1e-9;

    [Fact]
    public void Clustered_standard_errors_degrees_of_freedom_and_p_values_equal_the_matrix_definition_and_statsmodels()
    {
        var compared = 0;
        foreach (var golden in StatisticsGoldenFile.Cases("shares").Concat(StatisticsGoldenFile.Cases("differences")))
        {
            var sample = SampleOf(golden);
            var standardError = ClusterRobust.StandardError(sample);

            Same(golden, "mean", sample.Mean);
            Same(golden, "standard_error", standardError);
            Same(golden, "effective_clusters", sample.EffectiveClusters);
            Same(golden, "informative_clusters", sample.InformativeClusters);
            Same(golden, "degrees_of_freedom", ClusterRobust.DegreesOfFreedom(sample));
            Same(golden, "p", ClusterRobust.PValue(sample));
            if (golden.TryGetProperty("statsmodels_standard_error", out _))
            {
                Same(golden, "statsmodels_standard_error", standardError);
                compared++;
            }
        }

        Assert.True(compared > 50, $"{compared} data sets that statsmodels can do");
    }

    [Fact]
    public void Intervals_of_shares_equal_Wilsons_on_the_effective_number()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("shares"))
        {
            var sample = SampleOf(golden);

            var interval = ClusteredShare.Interval(sample);
            double mean = golden.Number("mean"), error = golden.Number("standard_error"), independent = mean * (1 - mean) / (sample.Count - 1);
            Same(golden, "effective_count", ClusteredShare.EffectiveCount(sample));
            Same(golden, "lower95", "upper95", interval);
            Assert.Equal(error > 0 ? error : double.NaN, interval.StandardError, Tolerance);
            Assert.Equal(error > 0 ? golden.Number("degrees_of_freedom") : double.NaN, interval.DegreesOfFreedom, Tolerance);
            Assert.Equal(error > 0 ? error * error / independent : double.NaN, ClusteredShare.DesignEffect(sample), Tolerance);
            Same(golden, "lower80", "upper80", ClusteredShare.Interval(sample, 0.80));
        }
    }

    [Fact]
    public void Intervals_of_differences_equal_the_second_implementation()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("differences"))
        {
            var sample = SampleOf(golden);
            var effect = golden.Number("design_effect");
            var interval = ClusteredDifference.Interval(sample, effect);

            Same(golden, "effective_count", ClusteredDifference.EffectiveCount(sample, effect));
            Same(golden, "lower95", "upper95", interval);
            Same(golden, "lower90", "upper90", ClusteredDifference.Interval(sample, effect, 0.90));
            if (golden.TryGetProperty("detectable", out _))
            {
                Same(golden, "detectable", StatisticalPower.MinimalDetectableDifference(interval));
            }
            else
            {
                Assert.True(double.IsNaN(StatisticalPower.MinimalDetectableDifference(interval)));
            }
        }
    }

    [Fact]
    public void Wilson_interval_equals_statsmodels_and_ends_exactly_at_0_and_1()
    {
        for (var trials = 1; trials <= 300; trials++)
        {
            Assert.Equal((0, 1), (WilsonInterval.Of(0, trials).Lower, WilsonInterval.Of(trials, trials).Upper));
        }

        Assert.Equal(new ConfidenceInterval(double.NaN, 0, 1, double.NaN, double.NaN), WilsonInterval.Of(0, 0));

        foreach (var golden in StatisticsGoldenFile.Cases("wilson"))
        {
            Same(golden, "lower", "upper", WilsonInterval.Of(golden.Integer("successes"), golden.Integer("trials"), golden.Number("confidence")));
        }
    }

    [Fact]
    public void Exact_McNemar_equals_SciPys_binomial_test()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("mcnemar"))
        {
            Same(golden, "p", McNemar.ExactPValue(golden.Integer("b"), golden.Integer("c")));
        }
    }

    [Fact]
    public void Holm_correction_equals_statsmodels()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("holm"))
        {
            Assert.Equal(golden.Numbers("adjusted"), HolmCorrection.Adjust(golden.Numbers("p")).ToArray(), static (a, b) => Math.Abs(a - b) < Tolerance);
        }
    }

    [Fact]
    public void Holm_correction_leaves_out_what_is_not_a_number()
    {
        Assert.Equal([0.02, double.NaN, 0.04], HolmCorrection.Adjust([0.01, double.NaN, 0.04]));
    }

    [Fact]
    public void Chi_square_equals_SciPy()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("chi_square"))
        {
            var counts = golden.GetProperty("counts").EnumerateArray().Select(static count => count.GetInt32()).ToArray();
            var test = ChiSquareTest.Uniform(counts);

            Same(golden, "statistic", test.Statistic);
            Assert.Equal((counts.Length - 1, counts.Average()), (test.DegreesOfFreedom, test.ExpectedPerCell));
            var expected = golden.Number("p");
            Assert.True(Math.Abs(expected - test.PValue) <= 1e-9 * expected, $"p {test.PValue:R}, SciPy {expected:R}");
        }
    }

    [Fact]
    public void Quantiles_of_the_bootstrap_equal_NumPys()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("quantile"))
        {
            Same(golden, "value", ClusterBootstrap.Quantile(golden.Numbers("values"), golden.Number("probability")));
        }
    }

    [Fact]
    public void Questions_without_loss_that_bound_the_loss_by_a_margin_are_those_found_by_counting()
    {
        foreach (var golden in StatisticsGoldenFile.Cases("questions_without_loss"))
        {
            var margin = golden.Number("margin");

            Assert.Equal(golden.Integer("needed"), StatisticalPower.QuestionsWithoutLoss(100, 100, margin, 0.05));
            Assert.InRange(StatisticalPower.QuestionsWithoutLoss(100, 50, margin, 0.05)!.Value, (2 * golden.Integer("needed")) - 2, 2 * golden.Integer("needed"));
        }
    }

    private static ClusteredSample SampleOf(JsonElement golden)
    {
        var values = new List<int>();
        var clusters = new List<string>();
        var number = 0;
        foreach (var counts in golden.GetProperty("counts").EnumerateArray())
        {
            int size = counts[0].GetInt32(), positives = counts[1].GetInt32(), negatives = counts[2].GetInt32();
            values.AddRange(Enumerable.Range(0, size).Select(item => item < positives ? 1 : item < positives + negatives ? -1 : 0));
            clusters.AddRange(Enumerable.Repeat("C" + number.ToString(CultureInfo.InvariantCulture), size));
            number++;
        }

        return ClusteredSample.From(values, clusters);
    }

    private static void Same(JsonElement golden, string lower, string upper, ConfidenceInterval interval)
    {
        Same(golden, lower, interval.Lower);
        Same(golden, upper, interval.Upper);
    }

    private static void Same(JsonElement golden, string name, double found)
    {
        var expected = golden.GetProperty(name).ValueKind == JsonValueKind.Null ? double.NaN : golden.Number(name);
        Assert.True(
            double.IsNaN(expected) ? double.IsNaN(found) : Math.Abs(expected - found) <= Tolerance,
            $"{name}: {found:R}, expected {expected:R} in {golden.GetRawText()}");
    }
}
