using System.Runtime.InteropServices;

namespace LLaVAction.Statistics;

/// <summary>
/// Values 1, 0 and −1 counted by cluster (participant or video): right and wrong answers, or paired differences of two
/// runs. Questions of one cluster are not independent; every interval and test starts from this.
/// </summary>
/// <remarks>Only whole numbers are kept, and clusters stand in ordinal order, so that the same rows in any order give the same bits.</remarks>
public sealed class ClusteredSample
{
    private readonly int[] _counts;
    private readonly int[] _positives;
    private readonly int[] _negatives;

    private ClusteredSample(string[] clusters, int[] counts, int[] positives, int[] negatives)
    {
        Clusters = clusters;
        _counts = counts;
        _positives = positives;
        _negatives = negatives;
        Count = counts.Sum();
        Positives = positives.Sum();
        Negatives = negatives.Sum();
    }

    /// <summary>Cluster names, in ordinal order.</summary>
    public IReadOnlyList<string> Clusters { get; }

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>Number of values 1.</summary>
    public int Positives { get; }

    /// <summary>Number of values −1.</summary>
    public int Negatives { get; }

    /// <summary>Mean of the values; NaN for an empty sample.</summary>
    public double Mean => (double)(Positives - Negatives) / Count;

    /// <summary>
    /// The number of equally large clusters that would carry as much information about cluster effects,
    /// (Σ nᵍ)² / Σ nᵍ² (Kish 1965). EPIC-KITCHENS-100 validation: about 50 for its 138 videos, 17 for its 32 participants.
    /// </summary>
    public double EffectiveClusters => EffectiveNumber(_counts);

    /// <summary>
    /// The number of equally large clusters over which the rarer outcomes are spread: the least
    /// (Σ mᵍ)² / Σ (mᵍ)² over the values that occur, mᵍ counting the items of a cluster that have another value. One
    /// participant who made all the errors tells as much about errors as one participant does; 0 where all values are equal.
    /// </summary>
    public double InformativeClusters
    {
        get
        {
            var least = double.PositiveInfinity;
            Consider(Positives, cluster => _counts[cluster] - _positives[cluster]);
            Consider(Negatives, cluster => _counts[cluster] - _negatives[cluster]);
            Consider(Count - Positives - Negatives, cluster => _positives[cluster] + _negatives[cluster]);
            return double.IsFinite(least) ? least : 0;

            void Consider(int occurrences, Func<int, int> others)
            {
                if (occurrences > 0)
                {
                    least = Math.Min(least, EffectiveNumber(Enumerable.Range(0, Clusters.Count).Select(others)));
                }
            }
        }
    }

    internal ReadOnlySpan<int> Counts => _counts;

    /// <summary>Groups values by cluster.</summary>
    /// <param name="values">The values: 1, 0 or −1.</param>
    /// <param name="clusters">The cluster of each value.</param>
    /// <exception cref="ArgumentException">The two lists differ in length, or a value is none of the three.</exception>
    public static ClusteredSample From(IReadOnlyList<int> values, IReadOnlyList<string> clusters)
    {
        if (values.Count != clusters.Count)
        {
            throw new ArgumentException("Every value needs a cluster.", nameof(clusters));
        }

        var groups = new Dictionary<string, (int Count, int Positives, int Negatives)>(StringComparer.Ordinal);
        for (var index = 0; index < values.Count; index++)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(groups, clusters[index], out _);
            group = values[index] switch
            {
                1 => (group.Count + 1, group.Positives + 1, group.Negatives),
                0 => (group.Count + 1, group.Positives, group.Negatives),
                -1 => (group.Count + 1, group.Positives, group.Negatives + 1),
                _ => throw new ArgumentException($"Found the value {values[index]}, expected 1, 0 or -1.", nameof(values)),
            };
        }

        var names = groups.Keys.Order(StringComparer.Ordinal).ToArray();
        return new ClusteredSample(
            names,
            Array.ConvertAll(names, name => groups[name].Count),
            Array.ConvertAll(names, name => groups[name].Positives),
            Array.ConvertAll(names, name => groups[name].Negatives));
    }

    internal int Sum(int cluster) => _positives[cluster] - _negatives[cluster];

    private static double EffectiveNumber(IEnumerable<int> sizes)
    {
        double sum = 0, squares = 0;
        foreach (var size in sizes)
        {
            sum += size;
            squares += (double)size * size;
        }

        return squares == 0 ? 0 : sum * sum / squares;
    }
}
