using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Statistics;

namespace LLaVAction.Performance;

/// <summary>
/// How often the intervals cover the truth and how often the tests raise a false alarm, by simulation: the tables of
/// docs/statistics.md.
/// </summary>
internal static class InferenceSimulation
{
    private const double Nominal = 0.95;

    /// <summary>Options: the annotations CSV for the level on its real cluster sizes (none for the coverage alone), then the number of trials.</summary>
    public static int Run(string[] args)
    {
        var trials = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;
        Console.WriteLine(FormattableString.Invariant($"{trials} trials a cell\n\ncoverage of the 95 % interval of an accuracy, in percent, by intraclass correlation"));
        Console.WriteLine("clusters | sizes | rate | 0    | 0.05 | 0.2  | 0.5");
        foreach (var clusters in (int[])[2, 3, 5, 10, 30])
        {
            foreach (var isEven in (bool[])[true, false])
            {
                foreach (var rate in (double[])[0, 0.02, 0.5, 1])
                {
                    var shares = ((double[])[0, 0.05, 0.2, 0.5]).Select(correlation => Coverage(Sizes(clusters, isEven), rate, correlation, trials));
                    Console.WriteLine(FormattableString.Invariant(
                        $"{clusters,8} | {(isEven ? "equal" : "uneven"),6} | {rate,4} | {string.Join(" | ", shares.Select(static share => share.ToString("0.0", CultureInfo.InvariantCulture)))}"));
                }
            }
        }

        Console.WriteLine("\nfalse alarms of the paired test at 5 %, few clusters, in percent; effect of standard deviation 0 and 8 points shared within clusters");
        foreach (var clusters in (int[])[2, 3, 5, 10, 30])
        {
            foreach (var isEven in (bool[])[true, false])
            {
                var sizes = Sizes(clusters, isEven);
                Console.WriteLine(FormattableString.Invariant(
                    $"{clusters,8} | {(isEven ? "equal" : "uneven"),6} | {FewClusterLevel(sizes, 0, trials):0.0} | {FewClusterLevel(sizes, 0.08, trials):0.0}"));
            }
        }

        if (args.Length > 0)
        {
            RealLevels(EpicCsvReader.Read(args[0]).Clips, trials);
        }

        return 0;
    }

    /// <summary>Twenty questions a cluster, or from sixty down by an exponential.</summary>
    private static int[] Sizes(int clusters, bool isEven) =>
        [.. Enumerable.Range(0, clusters).Select(rank => isEven ? 20 : Math.Max(1, (int)(60 * Math.Exp(-3.0 * rank / clusters))))];

    private static double Coverage(int[] sizes, double rate, double correlation, int trials) => Percent(trials, trial =>
    {
        var random = new KeyedRandom(trial, FormattableString.Invariant($"{string.Join(',', sizes)}/{rate}/{correlation}"), "coverage");
        var interval = ClusteredShare.Interval(Sample(sizes, () => BetaBinomial(random, rate, correlation)), Nominal);
        return interval.Lower <= rate && rate <= interval.Upper;
    });

    /// <summary>The answers of one cluster by Pólya's urn: beta-binomial with the rate and the intraclass correlation given.</summary>
    private static Func<int> BetaBinomial(KeyedRandom random, double rate, double correlation)
    {
        var prior = correlation == 0 ? double.PositiveInfinity : (1 - correlation) / correlation;
        int drawn = 0, right = 0;
        return () =>
        {
            var probability = double.IsInfinity(prior) ? rate : ((rate * prior) + right) / (prior + drawn);
            var isRight = random.NextDouble() < probability;
            drawn++;
            right += isRight ? 1 : 0;
            return isRight ? 1 : 0;
        };
    }

    private static double FewClusterLevel(int[] sizes, double deviation, int trials) => Percent(trials, trial =>
    {
        var random = new KeyedRandom(trial, FormattableString.Invariant($"{string.Join(',', sizes)}/{deviation}"), "level");
        return ClusterRobust.PValue(Sample(sizes, () => Difference(random, Effect(random, deviation)))) < 0.05;
    });

    /// <summary>Two equally good runs on the clusters of a real annotation file, whose differences videos or participants share.</summary>
    private static void RealLevels(IReadOnlyList<ClipAnnotation> clips, int trials)
    {
        string[] videos = [.. clips.Select(static clip => clip.VideoId)];
        string[] participants = [.. clips.Select(static clip => clip.ParticipantId)];
        Console.WriteLine(FormattableString.Invariant($"\nfalse alarms at 5 % on {clips.Count} clips, in percent\neffect of   | sd   | by participant | by video | McNemar"));
        foreach (var (name, effectOf) in new[] { ("video", videos), ("participant", participants) })
        {
            foreach (var deviation in (double[])[0, 0.03, 0.06])
            {
                int byParticipant = 0, byVideo = 0, mcNemar = 0;
                Parallel.For(0, trials, trial =>
                {
                    var random = new KeyedRandom(trial, FormattableString.Invariant($"{name}/{deviation}"), "level");
                    var sources = effectOf.Distinct(StringComparer.Ordinal).ToDictionary(static cluster => cluster, _ => Difference(random, Effect(random, deviation)), StringComparer.Ordinal);
                    int[] differences = [.. effectOf.Select(cluster => sources[cluster]())];
                    var sample = ClusteredSample.From(differences, participants);
                    Count(ref byParticipant, ClusterRobust.PValue(sample) < 0.05);
                    Count(ref byVideo, ClusterRobust.PValue(ClusteredSample.From(differences, videos)) < 0.05);
                    Count(ref mcNemar, McNemar.ExactPValue(sample.Negatives, sample.Positives) < 0.05);
                });
                Console.WriteLine(FormattableString.Invariant(
                    $"{name,-11} | {deviation:0.00} | {100.0 * byParticipant / trials,14:0.0} | {100.0 * byVideo / trials,8:0.0} | {100.0 * mcNemar / trials:0.0}"));
            }
        }
    }

    /// <summary>Uniform, of the standard deviation given.</summary>
    private static double Effect(KeyedRandom random, double deviation) => ((2 * random.NextDouble()) - 1) * deviation * Math.Sqrt(3);

    /// <summary>15 % gains and 15 % losses, shifted from one to the other by the effect.</summary>
    private static Func<int> Difference(KeyedRandom random, double effect) => () =>
    {
        var draw = random.NextDouble();
        return draw < 0.15 + effect ? 1 : draw > 0.85 + effect ? -1 : 0;
    };

    private static ClusteredSample Sample(int[] sizes, Func<Func<int>> clusterOf)
    {
        var values = new List<int>();
        var names = new List<string>();
        for (var cluster = 0; cluster < sizes.Length; cluster++)
        {
            var next = clusterOf();
            for (var item = 0; item < sizes[cluster]; item++)
            {
                values.Add(next());
                names.Add(FormattableString.Invariant($"{cluster:D3}"));
            }
        }

        return ClusteredSample.From(values, names);
    }

    private static double Percent(int trials, Func<int, bool> isCounted)
    {
        var count = 0;
        Parallel.For(0, trials, trial => Count(ref count, isCounted(trial)));
        return 100.0 * count / trials;
    }

    private static void Count(ref int counter, bool isCounted)
    {
        if (isCounted)
        {
            Interlocked.Increment(ref counter);
        }
    }
}
