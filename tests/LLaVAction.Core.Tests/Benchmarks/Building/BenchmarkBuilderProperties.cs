using CsCheck;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

/// <summary>What must hold for every set, whatever the annotations, dumps and settings.</summary>
public sealed class BenchmarkBuilderProperties
{
    private const int Cases = 60;

    private static readonly Gen<(int Seed, BenchmarkSettings Settings)> Kitchens = Gen.Select(
        Gen.Int[0, 1_000_000], Gen.Int[2, 7], Gen.Enum<Representation>(), Gen.Enum<Protocol>(), Gen.Enum<AmbiguousDistractors>(),
        static (seed, options, representation, protocol, ambiguous) => (seed, new BenchmarkSettings
        {
            Seed = seed,
            OptionsPerQuestion = options,
            Representation = representation,
            Protocol = protocol,
            Ambiguous = ambiguous,
        }));

    [Fact]
    public void Every_question_meets_the_invariants_of_the_contract() => ForAll((kitchen, settings) =>
    {
        var clips = kitchen.Clips.ToDictionary(clip => clip.NarrationId);
        foreach (var set in kitchen.Build(settings).Sets)
        {
            foreach (var question in set.Questions)
            {
                var clip = clips[question.Id];
                IndependentChecks.CheckQuestion(question, clip, settings);
                if (set.Source.Dump is { } dump)
                {
                    IndependentChecks.CheckCandidates(question, clip, dump, set.PassedOver, settings);
                }
                else
                {
                    Assert.All(question.OptionRanks, rank => Assert.Null(rank));
                }

                for (var i = 0; i < question.Options.Count; i++)
                {
                    Assert.True(ActionClass.TryParse(question.OptionClasses[i], out var option));
                    Assert.Equal(IndependentChecks.AlsoTrue(clip, option, kitchen.Pool), question.AlsoTrue[i]);
                }
            }
        }
    });

    [Fact]
    public void The_truth_stands_at_the_same_position_in_every_strategy() => ForAll((kitchen, settings) =>
    {
        var positions = new Dictionary<string, int>();
        foreach (var question in kitchen.Build(settings).Sets.SelectMany(set => set.Questions))
        {
            if (question.AnswerIndex is { } index)
            {
                Assert.Equal(index, positions.TryAdd(question.Id, index) ? index : positions[question.Id]);
            }
        }
    });

    [Fact]
    public void A_subset_of_rows_gets_the_same_lines() => ForAll((kitchen, settings) =>
    {
        var whole = Lines(kitchen.Build(settings));
        var some = kitchen.Clips.Where((_, index) => index % 3 == 1).ToList();

        var part = Lines(BenchmarkBuilder.Build(some, kitchen.Pool, SyntheticKitchen.OfficialKey, kitchen.Sources, settings));

        Assert.Subset(whole, part);
        Assert.Equal(whole.Count(line => some.Exists(clip => line.Contains($"\"id\":\"{clip.NarrationId}\"", StringComparison.Ordinal))), part.Count);
    });

    [Fact]
    public void The_order_of_rows_and_strategies_does_not_matter() => ForAll((kitchen, settings) =>
    {
        var pool = kitchen.Pool.ToArray();
        new KeyedRandom(settings.Seed, "order", "test").Shuffle(pool.AsSpan());
        var clips = kitchen.Clips.ToArray().Reverse().ToList();

        var shuffled = BenchmarkBuilder.Build(clips, pool, SyntheticKitchen.OfficialKey, [.. kitchen.Sources.Reverse()], settings);

        Assert.Equal(Lines(kitchen.Build(settings)), Lines(shuffled));
    });

    [Fact]
    public void A_set_does_not_depend_on_which_others_are_built() => ForAll((kitchen, settings) =>
    {
        var alone = BenchmarkBuilder.Build(
            kitchen.Clips, kitchen.Pool, SyntheticKitchen.OfficialKey, [.. kitchen.Sources.Where(source => source.Name == "tim")], settings);

        var together = kitchen.Build(settings).Sets.Single(set => set.Source.Name == "tim");

        Assert.Equal(Lines(alone), Lines([together]));
    });

    private static HashSet<string> Lines(BuiltBenchmark benchmark) => Lines(benchmark.Sets);

    private static HashSet<string> Lines(IEnumerable<BuiltSet> sets) =>
        [.. sets.SelectMany(set => set.Questions).Select(question => System.Text.Encoding.UTF8.GetString(BenchmarkJson.ToLine(question).Span))];

    private static void ForAll(Action<SyntheticKitchen, BenchmarkSettings> check)
    {
        var checkedCases = 0;
        Kitchens.Sample(
            pair =>
            {
                try
                {
                    check(new SyntheticKitchen(pair.Seed), pair.Settings);
                    Interlocked.Increment(ref checkedCases);
                }
                catch (InputException error) when (error.Message.Contains("usable distractors", StringComparison.Ordinal))
                {
                    // Shared narrations can use up a short ranking; that this is said is tested elsewhere.
                }
            },
            iter: Cases);
        Assert.True(checkedCases > Cases / 2, $"{checkedCases} of {Cases} cases were checked");
    }
}
