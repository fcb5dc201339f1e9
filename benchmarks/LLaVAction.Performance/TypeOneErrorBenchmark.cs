using System.Globalization;
using LLaVAction.Epic;
using LLaVAction.Statistics;

namespace LLaVAction.Performance;

/// <summary>
/// False alarms of each test on the cluster sizes of a real annotation file: two runs that are equally good, whose
/// differences are shared within a video (or a participant) to some degree.
/// </summary>
internal static class TypeOneErrorBenchmark
{
    private const double Discordant = 0.15;

    /// <summary>Options: the annotations CSV, then the number of trials.</summary>
    public static int Run(string[] args)
    {
        if (args.Length == 0)
        {
            Console.Error.WriteLine("type-one EPIC_100_validation.csv [trials]");
            return 2;
        }

        var clips = EpicCsvReader.Read(args[0]).Clips;
        var trials = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2000;
        Console.WriteLine(FormattableString.Invariant($"{clips.Count} clips, {trials} trials, {100 * Discordant:0} % discordant each way, nominal level 5 %"));
        Console.WriteLine("effect of | sd   | t by video | t by participant | McNemar | bootstrap by video misses");
        foreach (var cluster in (string[])["video", "participant"])
        {
            foreach (var deviation in (double[])[0, 0.03, 0.06])
            {
                Simulate(clips, cluster, deviation, trials);
            }
        }

        return 0;
    }

    private static void Simulate(IReadOnlyList<ClipAnnotation> clips, string cluster, double deviation, int trials)
    {
        string[] videos = [.. clips.Select(static clip => clip.VideoId)];
        string[] participants = [.. clips.Select(static clip => clip.ParticipantId)];
        var effectOf = cluster == "video" ? videos : participants;
        int byVideo = 0, byParticipant = 0, mcNemar = 0, bootstrap = 0;
        Parallel.For(0, trials, trial =>
        {
            var differences = Draw(new KeyedRandom(trial, cluster, "type-one"), effectOf, deviation);
            var sample = ClusteredSample.From(differences, videos);
            Count(ref byVideo, ClusterRobust.PValue(sample) < 0.05);
            Count(ref byParticipant, ClusterRobust.PValue(ClusteredSample.From(differences, participants)) < 0.05);
            Count(ref mcNemar, McNemar.ExactPValue(differences.Count(static d => d < 0), differences.Count(static d => d > 0)) < 0.05);
            var interval = ClusterBootstrap.Interval(sample, resamples: 500, seed: trial);
            Count(ref bootstrap, interval.Lower > 0 || interval.Upper < 0);
        });
        Console.WriteLine(FormattableString.Invariant(
            $"{cluster,-9} | {deviation:0.00} | {Share(byVideo),10} | {Share(byParticipant),16} | {Share(mcNemar),7} | {Share(bootstrap),10}"));

        string Share(int count) => FormattableString.Invariant($"{100.0 * count / trials:0.0} %");
    }

    /// <summary>Differences −1, 0, 1; in each cluster one side is favoured by a uniform effect of the deviation given.</summary>
    private static double[] Draw(KeyedRandom random, string[] clusters, double deviation)
    {
        var effects = new Dictionary<string, double>(StringComparer.Ordinal);
        var differences = new double[clusters.Length];
        for (var clip = 0; clip < differences.Length; clip++)
        {
            if (!effects.TryGetValue(clusters[clip], out var effect))
            {
                effects[clusters[clip]] = effect = ((2 * random.NextDouble()) - 1) * deviation * Math.Sqrt(3);
            }

            var draw = random.NextDouble();
            differences[clip] = draw < Discordant + effect ? 1 : draw > 1 - Discordant + effect ? -1 : 0;
        }

        return differences;
    }

    private static void Count(ref int counter, bool isCounted)
    {
        if (isCounted)
        {
            Interlocked.Increment(ref counter);
        }
    }
}
