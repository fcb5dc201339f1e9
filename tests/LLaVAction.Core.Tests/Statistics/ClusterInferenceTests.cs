using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using LLaVAction.Statistics;

namespace LLaVAction.Tests.Statistics;

public sealed class ClusterInferenceTests
{
    /// <summary>Cluster sizes as uneven as those of the validation videos: a few of hundreds, many of a handful.</summary>
    private static readonly int[] UnevenSizes = [.. Enumerable.Range(0, 138).Select(static rank => 1 + (int)(400 * Math.Exp(-rank / 20.0)))];

    [Fact]
    public void Order_of_the_values_does_not_matter_for_whole_numbers()
    {
        var property = Prop.ForAll<bool[]>(static answers =>
        {
            var values = answers.Select(static isRight => isRight ? 1.0 : 0.0).ToArray();
            var clusters = Enumerable.Range(0, values.Length).Select(static index => $"V{index % 4}").ToArray();
            var forward = ClusterRobust.Interval(ClusteredSample.From(values, clusters));
            var backward = ClusterRobust.Interval(ClusteredSample.From([.. values.Reverse()], [.. clusters.Reverse()]));
            return forward.Equals(backward);
        });

        Check.QuickThrowOnFailure(property);
    }

    [Fact]
    public void Clusters_of_one_give_the_ordinary_standard_error()
    {
        double[] values = [1, 0, 0, 1, 1, 0, 1, 1];
        var sample = ClusteredSample.From(values, [.. values.Select(static (_, index) => index.ToString(CultureInfo.InvariantCulture))]);
        var variance = values.Sum(value => Math.Pow(value - values.Average(), 2)) / (values.Length - 1);

        Assert.Equal(Math.Sqrt(variance / values.Length), ClusterRobust.StandardError(sample), 1e-12);
        Assert.Equal(1, ClusterRobust.DesignEffect(sample, variance), 1e-12);
    }

    [Fact]
    public void One_cluster_gives_no_interval_and_no_p()
    {
        var sample = ClusteredSample.From([1, 0, 1], ["V", "V", "V"]);

        Assert.Equal(double.NegativeInfinity, ClusterRobust.Interval(sample).Lower);
        Assert.True(double.IsNaN(ClusterRobust.PValue(sample)));
        Assert.True(double.IsNaN(ClusterBootstrap.Interval(sample).StandardError));
    }

    [Fact]
    public void Identical_runs_have_p_one()
    {
        var sample = ClusteredSample.From([0, 0, 0, 0], ["A", "A", "B", "C"]);

        Assert.Equal(1, ClusterRobust.PValue(sample));
        Assert.Equal(0, ClusterRobust.UpperPValue(sample, -0.02));
        Assert.Equal(1, ClusterRobust.UpperPValue(sample, 0));
    }

    [Fact]
    public void Effective_clusters_of_equal_clusters_is_their_number()
    {
        var sample = ClusteredSample.From([1, 1, 0, 0, 1, 1], ["A", "B", "C", "A", "B", "C"]);

        Assert.Equal(3, sample.EffectiveClusters, 1e-12);
    }

    [Fact]
    public void Bootstrap_agrees_with_the_sandwich_on_many_clusters_and_repeats_itself()
    {
        var sample = Simulate(new KeyedRandom(5, "bootstrap", "test"), UnevenSizes, 0.1);

        var robust = ClusterRobust.Interval(sample);
        var bootstrap = ClusterBootstrap.Interval(sample);

        Assert.InRange(bootstrap.StandardError / robust.StandardError, 0.85, 1.15);
        Assert.Equal(bootstrap, ClusterBootstrap.Interval(sample));
    }

    [Fact]
    public void False_alarms_of_the_clustered_test_stay_near_their_level_on_uneven_clusters()
    {
        const int Trials = 1000;
        var clustered = 0;
        var independent = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var sample = Simulate(new KeyedRandom(trial, "type-one", "test"), UnevenSizes, 0.1);
            clustered += ClusterRobust.PValue(sample) < 0.05 ? 1 : 0;
            independent += Math.Abs(sample.Mean) > 1.96 * Math.Sqrt(0.3 / sample.Count) ? 1 : 0;
        }

        // 5 % nominal; the normal test of independent clips shows what the clustering is for.
        Assert.InRange(clustered / (double)Trials, 0.03, 0.085);
        Assert.True(independent > clustered * 2, $"clustered {clustered}, independent {independent}");
    }

    /// <summary>Paired differences −1, 0, 1 with no true difference and a shared effect per cluster.</summary>
    private static ClusteredSample Simulate(KeyedRandom random, int[] sizes, double clusterEffect)
    {
        var values = new List<double>();
        var clusters = new List<string>();
        for (var cluster = 0; cluster < sizes.Length; cluster++)
        {
            var effect = ((2 * random.NextDouble()) - 1) * clusterEffect;
            for (var item = 0; item < sizes[cluster]; item++)
            {
                var draw = random.NextDouble();
                values.Add(draw < 0.15 + effect ? 1 : draw > 0.85 + effect ? -1 : 0);
                clusters.Add($"V{cluster:D3}");
            }
        }

        return ClusteredSample.From(values, clusters);
    }
}
