using System.Globalization;
using CsCheck;
using LLaVAction.Statistics;

namespace LLaVAction.Tests.Statistics;

/// <summary>What must hold of every sample, found by drawing samples and shrinking those that fail.</summary>
public sealed class ClusterInferenceTests
{
    /// <summary>Right and wrong answers of 1 to 12 clusters of 1 to 15 questions.</summary>
    private static readonly Gen<(int Size, int Right)[]> Shares =
        Gen.Int[1, 15].SelectMany(static size => Gen.Int[0, size].Select(right => (size, right))).Array[1, 12];

    /// <summary>Gains and losses of 1 to 12 clusters.</summary>
    private static readonly Gen<(int Size, int Gained, int Lost)[]> Changes =
        Gen.Int[1, 15].SelectMany(static size => Gen.Int[0, size].SelectMany(gained => Gen.Int[0, size - gained].Select(lost => (size, gained, lost)))).Array[1, 12];

    [Fact]
    public void An_interval_is_never_empty_and_stays_among_the_possible_values()
    {
        Shares.Sample(static clusters =>
        {
            var interval = ClusteredShare.Interval(Of(clusters));
            return clusters.Length < 2
                ? !interval.IsEstimable
                : interval.Lower >= 0 && interval.Upper <= 1 && interval.Lower <= interval.Estimate && interval.Estimate <= interval.Upper
                    && interval.Upper - interval.Lower > 0.01;
        });
        Changes.Sample(static clusters =>
        {
            var interval = ClusteredDifference.Interval(Of(clusters), 1);
            return clusters.Length < 2
                ? !interval.IsEstimable
                : interval.Lower >= -1 && interval.Upper <= 1 && interval.Lower <= interval.Estimate && interval.Estimate <= interval.Upper
                    && interval.Upper - interval.Lower > 0.01;
        });
    }

    [Fact]
    public void An_interval_is_never_narrower_than_Wilsons_on_the_effective_number() => Shares.Where(static clusters => clusters.Length > 1).Sample(static clusters =>
    {
        var sample = Of(clusters);
        var interval = ClusteredShare.Interval(sample);
        var wilson = WilsonInterval.Of(sample.Mean, ClusteredShare.EffectiveCount(sample), 1.959963984540054);
        return ClusteredShare.EffectiveCount(sample) <= sample.Count + 1e-9 && interval.Lower <= wilson.Lower + 1e-9 && interval.Upper >= wilson.Upper - 1e-9;
    });

    [Fact]
    public void Intervals_grow_with_confidence() => Changes.Select(Gen.Double[0.5, 0.98]).Where(static drawn => drawn.Item1.Length > 1).Sample(static (clusters, confidence) =>
    {
        var sample = Of(clusters);
        var narrow = ClusteredDifference.Interval(sample, 1, confidence);
        var wide = ClusteredDifference.Interval(sample, 1, confidence + 0.01);
        return wide.Lower <= narrow.Lower && narrow.Upper <= wide.Upper;
    });

    [Fact]
    public void Intervals_shrink_with_more_clusters_of_the_same_kind() => Shares.Where(static clusters => clusters.Length > 1).Sample(static clusters =>
    {
        var once = ClusteredShare.Interval(Of(clusters));
        var twice = ClusteredShare.Interval(Of([.. clusters, .. clusters]));
        return Math.Abs(once.Estimate - twice.Estimate) < 1e-12 && twice.Upper - twice.Lower < once.Upper - once.Lower;
    });

    [Fact]
    public void Order_of_rows_and_names_of_clusters_do_not_matter() => Changes.Sample(static clusters =>
    {
        var (values, names) = Rows(clusters);
        var forward = ClusteredSample.From(values, names);
        var backward = ClusteredSample.From([.. values.Reverse()], [.. names.Reverse().Select(static name => "Z" + (100 - int.Parse(name, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture))]);
        var left = ClusteredDifference.Interval(forward, 1);
        var right = ClusteredDifference.Interval(backward, 1);
        return Near(left.Lower, right.Lower) && Near(left.Upper, right.Upper) && Near(ClusterRobust.PValue(forward), ClusterRobust.PValue(backward));
    });

    [Fact]
    public void Right_and_wrong_exchanged_turn_the_interval_over() => Shares.Sample(static clusters =>
    {
        var interval = ClusteredShare.Interval(Of(clusters));
        var turned = ClusteredShare.Interval(Of([.. clusters.Select(static cluster => (cluster.Size, cluster.Size - cluster.Right))]));
        return Near(interval.Lower, 1 - turned.Upper) && Near(interval.Upper, 1 - turned.Lower);
    });

    [Fact]
    public void Exchanging_the_two_runs_changes_the_sign_of_the_difference_and_not_its_p() => Changes.Sample(static clusters =>
    {
        var forward = Of(clusters);
        var backward = Of([.. clusters.Select(static cluster => (cluster.Size, cluster.Lost, cluster.Gained))]);
        var left = ClusteredDifference.Interval(forward, 1.5);
        var right = ClusteredDifference.Interval(backward, 1.5);
        return Near(left.Estimate, -right.Estimate) && Near(left.Lower, -right.Upper) && Near(left.Upper, -right.Lower)
            && Near(ClusterRobust.PValue(forward), ClusterRobust.PValue(backward));
    });

    [Fact]
    public void Clusters_that_are_all_alike_leave_no_p_and_nothing_detectable()
    {
        var sample = Of([(10, 0, 0), (10, 0, 0), (10, 0, 0)]);
        var interval = ClusteredDifference.Interval(sample, 1);

        Assert.True(double.IsNaN(ClusterRobust.PValue(sample)));
        Assert.True(double.IsNaN(StatisticalPower.MinimalDetectableDifference(interval)));
        Assert.Equal(1 - Math.Pow(0.025, 1 / 30.0), interval.Upper, 1e-12);
        Assert.Equal(-interval.Upper, interval.Lower, 1e-12);
    }

    [Fact]
    public void Twenty_wrong_answers_bound_the_accuracy_by_what_their_clusters_can_tell()
    {
        // z²/(G + z²) with two videos, whatever the number of questions in them.
        var interval = ClusteredShare.Interval(Of([(10, 0), (10, 0)]));

        Assert.Equal((0, 0), (interval.Estimate, interval.Lower));
        Assert.Equal(3.8414588206941 / 5.8414588206941, interval.Upper, 1e-9);
    }

    [Fact]
    public void Errors_of_one_cluster_tell_as_much_as_one_cluster() =>
        Assert.Equal((1, 1), (Of([(20, 17), (20, 20), (20, 20), (20, 20)]).InformativeClusters, ClusterRobust.DegreesOfFreedom(Of([(20, 17), (20, 20), (20, 20), (20, 20)]))));

    [Fact]
    public void Bootstrap_is_the_percentile_interval_of_its_resamples()
    {
        var sample = Of([.. Enumerable.Range(1, 12).Select(static cluster => (cluster, cluster / 2))]);
        var random = new KeyedRandom(7, "clusters", "bootstrap");
        var means = Enumerable.Range(0, 301)
            .Select(_ => Enumerable.Range(0, 12).Select(_ => random.NextInt32(12)).ToArray())
            .Select(drawn => drawn.Sum(index => SortedByName(index) / 2) / (double)drawn.Sum(SortedByName))
            .Order().ToArray();

        var interval = ClusterBootstrap.Interval(sample, 0.90, 301, 7);

        // With 301 resamples the 5 % and 95 % quantiles are the 16th and the 286th.
        Assert.Equal((means[15], means[285]), (interval.Lower, interval.Upper));
        Assert.Equal(Math.Sqrt(means.Sum(mean => Math.Pow(mean - means.Average(), 2)) / 300), interval.StandardError, 1e-12);
        Assert.False(ClusterBootstrap.Interval(Of([.. Enumerable.Range(1, 9).Select(static right => (10, right))])).IsEstimable);
        Assert.True(ClusterBootstrap.Interval(Of([.. Enumerable.Range(1, 10).Select(static right => (10, right))])).IsEstimable);
        Assert.False(ClusterBootstrap.Interval(Of([.. Enumerable.Repeat((5, 5), 20)])).IsEstimable);

        static int SortedByName(int index) => Enumerable.Range(0, 12).OrderBy(static cluster => cluster.ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal).ElementAt(index) + 1;
    }

    [Fact]
    public void One_cluster_bounds_nothing()
    {
        // 49 · (1/49) is not 1 in floating point: what is left over is no spread.
        var one = Of([(49, 1)]);

        Assert.True(double.IsNaN(ClusterRobust.StandardError(one)));
        Assert.True(double.IsNaN(ClusterRobust.DegreesOfFreedom(one)));
        Assert.True(double.IsNaN(ClusteredShare.Interval(Of([(5, 0)])).Lower));
        Assert.Equal(0, ClusterRobust.StandardError(Of([(49, 1), (49, 1)])));
        Assert.False(new ConfidenceInterval(0.5, 0, double.NaN, 0, 1).IsEstimable);
        Assert.False(new ConfidenceInterval(0.5, double.NaN, 1, 0, 1).IsEstimable);
    }

    [Fact]
    public void A_sample_of_nothing_tells_nothing()
    {
        var none = ClusteredSample.From([], []);

        Assert.True(double.IsNaN(none.Mean));
        Assert.Equal((0, 0), (none.EffectiveClusters, none.InformativeClusters));
        Assert.Equal(new ChiSquareTest(0, 2, 1, 0), ChiSquareTest.Uniform([0, 0, 0]));
    }

    [Theory]
    [InlineData(100, 0.04, 0.02, 400L)] // twice as near needs four times as many
    [InlineData(7, 0.05, 0.02, 44L)] // 43.75
    [InlineData(100, 0.02, 0.02, 100L)]
    [InlineData(100, 0.02, 0.0, null)]
    [InlineData(100, 0.02, -0.02, null)]
    [InlineData(100, double.NaN, 0.02, null)]
    public void Questions_to_decide_grow_with_the_square_of_the_width(int questions, double width, double distance, long? expected) =>
        Assert.Equal(expected, StatisticalPower.QuestionsToDecide(questions, width, distance));

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.1)]
    public void No_number_of_questions_bounds_a_loss_by_nothing(double margin) => Assert.Null(StatisticalPower.QuestionsWithoutLoss(100, 100, margin, 0.05));

    [Theory]
    [InlineData(5, 0.02, 0.0)]
    [InlineData(30, 0.02, 0.5)]
    [InlineData(10, 0.5, 0.2)]
    public void Intervals_cover_the_truth_as_often_as_they_say(int clusters, double rate, double correlation)
    {
        var covered = Enumerable.Range(0, 400).Count(trial =>
        {
            var random = new KeyedRandom(trial, $"{clusters}/{rate}", "coverage-test");
            var interval = ClusteredShare.Interval(Of([.. Enumerable.Range(0, clusters).Select(_ =>
            {
                // A cluster shares one answer with the probability that makes the intraclass correlation.
                var common = random.NextDouble() < Math.Sqrt(correlation) ? (bool?)(random.NextDouble() < rate) : null;
                return (20, Enumerable.Range(0, 20).Count(_ => common is { } answer && random.NextDouble() < Math.Sqrt(correlation) ? answer : random.NextDouble() < rate));
            })]));
            return interval.Lower <= rate && rate <= interval.Upper;
        });

        Assert.True(covered >= 0.93 * 400, $"{covered} of 400");
    }

    private static bool Near(double left, double right) => (double.IsNaN(left) && double.IsNaN(right)) || Math.Abs(left - right) < 1e-9;

    private static ClusteredSample Of((int Size, int Right)[] clusters) => Of([.. clusters.Select(static cluster => (cluster.Size, cluster.Right, 0))]);

    private static ClusteredSample Of((int Size, int Gained, int Lost)[] clusters)
    {
        var (values, names) = Rows(clusters);
        return ClusteredSample.From(values, names);
    }

    private static (int[] Values, string[] Names) Rows((int Size, int Gained, int Lost)[] clusters) =>
    (
        [.. clusters.SelectMany(static cluster => Enumerable.Range(0, cluster.Size).Select(item => item < cluster.Gained ? 1 : item < cluster.Gained + cluster.Lost ? -1 : 0))],
        [.. clusters.SelectMany(static (cluster, index) => Enumerable.Repeat(index.ToString(CultureInfo.InvariantCulture), cluster.Size))]
    );
}
