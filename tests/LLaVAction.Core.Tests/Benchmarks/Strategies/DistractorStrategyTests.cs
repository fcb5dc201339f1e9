using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Strategies;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Benchmarks.Strategies;

public sealed class DistractorStrategyTests
{
    private static readonly ActionClass[] Classes = [.. Enumerable.Range(0, 20).Select(static noun => new ActionClass(0, noun))];

    [Fact]
    public void Random_gives_every_class_but_the_truth_once()
    {
        var clip = Clips.Make("P01_01_0", "0:7", "take cup");

        var candidates = new RandomStrategy(Classes, seed: 1).Candidates(clip).ToList();

        Assert.Equal(Classes.Where(other => other != clip.Class), candidates.Select(candidate => candidate.Class).OrderBy(other => other.Noun));
        Assert.All(candidates, candidate => Assert.Null(candidate.Rank));
    }

    [Fact]
    public void Random_draws_every_class_equally_often()
    {
        var strategy = new RandomStrategy(Classes, seed: 1);
        var counts = new int[Classes.Length];
        for (var i = 0; i < 4000; i++)
        {
            foreach (var candidate in strategy.Candidates(Clips.Make($"P01_01_{i}", "0:7", "take cup")).Take(4))
            {
                counts[candidate.Class.Noun]++;
            }
        }

        Assert.Equal(0, counts[7]);
        var expected = 4000 * 4 / 19.0;
        var statistic = counts.Where((_, noun) => noun != 7).Sum(count => (count - expected) * (count - expected) / expected);

        // Chi-square with 18 degrees of freedom: 60.2 is p = 2e-6 (draws without replacement vary a little less).
        Assert.True(statistic < 60, $"chi-square {statistic}");
    }

    [Fact]
    public void A_dump_gives_its_classes_in_rank_order_without_the_truth()
    {
        var clip = Clips.Make("P01_01_0", "0:2", "take cup");
        var strategy = new DumpStrategy("tim", Clips.Dump(("P01_01_0", "1:2 0:2 0:7 2:2")), new BenchmarkSettings());

        Assert.Equal("1:2#1 0:7#3 2:2#4", string.Join(' ', strategy.Candidates(clip).Select(candidate => $"{candidate.Class}#{candidate.Rank}")));
        Assert.Equal(2, strategy.TruthRank(clip));
        Assert.Null(strategy.TruthRank(Clips.Make("P01_01_0", "9:9", "other")));
    }

    [Fact]
    public void Training_shuffles_the_first_2K_and_keeps_the_rest_behind_them()
    {
        var settings = new BenchmarkSettings { OptionsPerQuestion = 3, Protocol = Protocol.Training };
        var ranking = string.Join(' ', Enumerable.Range(0, 10).Select(noun => $"1:{noun}"));
        var orders = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            var clip = Clips.Make($"P01_01_{i}", "1:2", "take cup");
            var ranks = new DumpStrategy("tim", Clips.Dump((clip.NarrationId, ranking)), settings).Candidates(clip).Select(candidate => candidate.Rank).ToList();

            Assert.Equal([1, 2, 4, 5, 6], ranks.Take(5).Order());
            Assert.Equal([7, 8, 9, 10], ranks.Skip(5));
            orders.Add(string.Join(' ', ranks));
        }

        Assert.True(orders.Count > 20);
    }

    [Fact]
    public void Training_refuses_a_ranking_shorter_than_2K()
    {
        var clip = Clips.Make("P01_01_0", "0:2", "take cup");
        var strategy = new DumpStrategy("tim", Clips.Dump(("P01_01_0", "1:2 0:2 0:7")), new BenchmarkSettings { Protocol = Protocol.Training });

        var error = Assert.Throws<InputException>(() => strategy.Candidates(clip).ToList());

        Assert.Contains("dump.json: narration id 'P01_01_0' has 3 ranked classes, but --protocol training draws from the first 10", error.Message, StringComparison.Ordinal);
    }
}
