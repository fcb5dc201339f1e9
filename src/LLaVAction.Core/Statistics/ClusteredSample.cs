using System.Runtime.InteropServices;

namespace LLaVAction.Statistics;

/// <summary>
/// Values summed by cluster (video or participant). Questions of one video are not independent; every interval and test
/// starts from this.
/// </summary>
/// <remarks>
/// Clusters stand in ordinal order of their names, and each sum is taken in the order the values came, so that the same
/// rows give the same bits.
/// </remarks>
public sealed class ClusteredSample
{
    private readonly double[] _sums;
    private readonly int[] _counts;

    private ClusteredSample(string[] clusters, double[] sums, int[] counts, double mean)
    {
        Clusters = clusters;
        _sums = sums;
        _counts = counts;
        Count = counts.Sum();
        Mean = mean;
    }

    /// <summary>Cluster names, in ordinal order.</summary>
    public IReadOnlyList<string> Clusters { get; }

    /// <summary>Sum of the values of each cluster.</summary>
    public ReadOnlySpan<double> Sums => _sums;

    /// <summary>Number of values of each cluster.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>Mean of the values; NaN for an empty sample.</summary>
    public double Mean { get; }

    /// <summary>
    /// The number of equally large clusters that would carry as much information about cluster effects,
    /// (Σ nᵍ)² / Σ nᵍ² (Kish 1965). EPIC-KITCHENS-100 validation: about 50 for its 138 videos, 17 for its 32 participants.
    /// </summary>
    public double EffectiveClusters
    {
        get
        {
            var squares = 0.0;
            foreach (var count in _counts)
            {
                squares += (double)count * count;
            }

            return squares == 0 ? 0 : (double)Count * Count / squares;
        }
    }

    /// <summary>Groups values by cluster.</summary>
    /// <param name="values">The values, for example 1 for a right answer and 0 for a wrong one.</param>
    /// <param name="clusters">The cluster of each value.</param>
    /// <exception cref="ArgumentException">The two lists differ in length.</exception>
    public static ClusteredSample From(IReadOnlyList<double> values, IReadOnlyList<string> clusters)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(clusters);
        if (values.Count != clusters.Count)
        {
            throw new ArgumentException("Every value needs a cluster.", nameof(clusters));
        }

        var groups = new Dictionary<string, (double Sum, int Count)>(StringComparer.Ordinal);
        for (var index = 0; index < values.Count; index++)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, clusters[index], out _);
            group = (group.Sum + values[index], group.Count + 1);
        }

        var names = groups.Keys.Order(StringComparer.Ordinal).ToArray();
        var clusterSums = Array.ConvertAll(names, name => groups[name].Sum);
        var clusterCounts = Array.ConvertAll(names, name => groups[name].Count);
        var mean = values.Count == 0 ? double.NaN : clusterSums.Sum() / values.Count;
        return new ClusteredSample(names, clusterSums, clusterCounts, mean);
    }
}
