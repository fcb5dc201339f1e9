using LLaVAction.Statistics;

namespace LLaVAction.Tests.Statistics;

/// <summary>Every formula against another tool's value.</summary>
public sealed class StatisticsGoldenTests
{
    private const double Tolerance = 1e-10;

    public static TheoryData<int> ClusterRobustRows => StatisticsGoldenFile.Rows("cluster_robust");

    public static TheoryData<int> WilsonRows => StatisticsGoldenFile.Rows("wilson");

    public static TheoryData<int> McNemarRows => StatisticsGoldenFile.Rows("mcnemar");

    public static TheoryData<int> HolmRows => StatisticsGoldenFile.Rows("holm");

    public static TheoryData<int> ChiSquareRows => StatisticsGoldenFile.Rows("chi_square");

    public static TheoryData<int> DetectableRows => StatisticsGoldenFile.Rows("minimal_detectable_difference");

    [Theory]
    [MemberData(nameof(ClusterRobustRows))]
    public void Cluster_robust_interval_and_p_equal_statsmodels(int row)
    {
        var golden = StatisticsGoldenFile.Cases("cluster_robust")[row];
        var clusters = golden.GetProperty("clusters").EnumerateArray().Select(static name => name.GetString()!).ToArray();
        var sample = ClusteredSample.From(golden.Numbers("values"), clusters);

        var interval = ClusterRobust.Interval(sample);
        var narrower = ClusterRobust.Interval(sample, 0.90);

        Assert.Equal(golden.Number("mean"), interval.Estimate, Tolerance);
        Assert.Equal(golden.Number("standard_error"), interval.StandardError, Tolerance);
        Assert.Equal(golden.Number("lower95"), interval.Lower, Tolerance);
        Assert.Equal(golden.Number("upper95"), interval.Upper, Tolerance);
        Assert.Equal(golden.Number("lower90"), narrower.Lower, Tolerance);
        Assert.Equal(golden.Number("upper90"), narrower.Upper, Tolerance);
        Assert.Equal(golden.Number("p"), ClusterRobust.PValue(sample, golden.Number("hypothesis")), Tolerance);
    }

    [Theory]
    [MemberData(nameof(WilsonRows))]
    public void Wilson_interval_equals_statsmodels(int row)
    {
        var golden = StatisticsGoldenFile.Cases("wilson")[row];

        var interval = WilsonInterval.Of(golden.Integer("successes"), golden.Integer("trials"));

        Assert.Equal(golden.Number("lower"), interval.Lower, Tolerance);
        Assert.Equal(golden.Number("upper"), interval.Upper, Tolerance);
    }

    [Theory]
    [MemberData(nameof(McNemarRows))]
    public void Exact_McNemar_equals_SciPys_binomial_test(int row)
    {
        var golden = StatisticsGoldenFile.Cases("mcnemar")[row];

        Assert.Equal(golden.Number("p"), McNemar.ExactPValue(golden.Integer("b"), golden.Integer("c")), Tolerance);
    }

    [Theory]
    [MemberData(nameof(HolmRows))]
    public void Holm_correction_equals_statsmodels(int row)
    {
        var golden = StatisticsGoldenFile.Cases("holm")[row];

        var adjusted = HolmCorrection.Adjust(golden.Numbers("p"));

        Assert.Equal(golden.Numbers("adjusted"), adjusted.ToArray(), static (a, b) => Math.Abs(a - b) < Tolerance);
    }

    [Theory]
    [MemberData(nameof(ChiSquareRows))]
    public void Chi_square_equals_SciPy(int row)
    {
        var golden = StatisticsGoldenFile.Cases("chi_square")[row];
        var counts = golden.GetProperty("counts").EnumerateArray().Select(static count => count.GetInt32()).ToArray();

        var test = ChiSquareTest.Uniform(counts);

        Assert.Equal(golden.Number("statistic"), test.Statistic, Tolerance);
        var expected = golden.Number("p");
        Assert.True(Math.Abs(expected - test.PValue) <= 1e-9 * expected, $"p {test.PValue:R}, SciPy {expected:R}");
    }

    [Theory]
    [MemberData(nameof(DetectableRows))]
    public void Minimal_detectable_difference_equals_SciPys_quantiles(int row)
    {
        var golden = StatisticsGoldenFile.Cases("minimal_detectable_difference")[row];

        var value = StatisticalPower.MinimalDetectableDifference(golden.Number("standard_error"), golden.Integer("clusters"));

        Assert.Equal(golden.Number("value"), value, 1e-8);
    }
}
