using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;
using LLaVAction.Tests;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

/// <summary>Three sets over every row of the real validation CSV, checked against the contract by code of the test's own.</summary>
public sealed class RealBenchmarkTests
{
    [SkippableTheory]
    [InlineData(Protocol.Mqa, Representation.Narration, AmbiguousDistractors.Keep, 5, 42)]
    [InlineData(Protocol.Mqa, Representation.OfficialKey, AmbiguousDistractors.Replace, 8, 7)]
    [InlineData(Protocol.Recognition, Representation.GtKey, AmbiguousDistractors.Keep, 20, 42)]
    [InlineData(Protocol.Training, Representation.RandomNarration, AmbiguousDistractors.Exclude, 5, 1)]
    public void Every_question_meets_the_contract(Protocol protocol, Representation representation, AmbiguousDistractors ambiguous, int options, int seed)
    {
        var settings = new BenchmarkSettings
        {
            OptionsPerQuestion = options,
            Seed = seed,
            Protocol = protocol,
            Representation = representation,
            Ambiguous = ambiguous,
        };
        using var inputs = BenchmarkInputs.Load(Recipe(settings));
        var clips = inputs.Clips.ToDictionary(clip => clip.NarrationId);
        var videos = inputs.Pool.Clips.ToLookup(clip => clip.VideoId);

        var benchmark = inputs.Build();

        Assert.Equal(["avion", "random", "tim"], benchmark.Sets.Select(set => set.Source.Name));
        foreach (var set in benchmark.Sets)
        {
            Assert.Equal(9668, set.Questions.Count + set.Excluded);
            Assert.Equal(set.Questions.Select(question => question.Id), inputs.Clips.Select(clip => clip.NarrationId).Intersect(set.Questions.Select(question => question.Id)));
            var passedOver = set.PassedOver.ToLookup(candidate => candidate.Id);
            foreach (var question in set.Questions)
            {
                var clip = clips[question.Id];
                IndependentChecks.CheckQuestion(question, clip, settings);
                if (set.Source.Dump is { } dump)
                {
                    IndependentChecks.CheckCandidates(question, clip, dump, [.. passedOver[question.Id]], settings);
                }

                for (var i = 0; i < options; i++)
                {
                    Assert.True(ActionClass.TryParse(question.OptionClasses[i], out var option));
                    Assert.Equal(IndependentChecks.AlsoTrue(clip, option, videos[clip.VideoId]), question.AlsoTrue[i]);
                }
            }
        }

        CheckPositions(benchmark, options);
        CheckTruthInFirstK(benchmark, settings, options);
    }

    [SkippableFact]
    public void Narrations_with_a_final_period_stay_as_they_are()
    {
        using var inputs = BenchmarkInputs.Load(Recipe(new BenchmarkSettings()));

        Assert.All(inputs.Build().Sets, set =>
            Assert.Equal(41, set.Questions.Count(question => question.Options[question.AnswerIndex!.Value].EndsWith('.'))));
    }

    private static BenchmarkRecipe Recipe(BenchmarkSettings settings) => new()
    {
        Annotations = RealData.Epic("EPIC_100_validation.csv"),
        Narrations = [RealData.Epic("EPIC_100_train_subset.csv")],
        Strategies =
        [
            new StrategySource("random", null, Provenance.Unstated),
            new StrategySource("avion", RealData.Dump("avion_pred_ids_val.json"), Provenance.Simulated),
            new StrategySource("tim", RealData.Dump("tim_pred_ids_val.json"), Provenance.Simulated),
        ],
        Settings = settings,
    };

    private static void CheckPositions(BuiltBenchmark benchmark, int options)
    {
        var positions = new Dictionary<string, int>();
        foreach (var question in benchmark.Sets.SelectMany(set => set.Questions).Where(question => question.AnswerIndex is not null))
        {
            Assert.Equal(question.AnswerIndex, positions.TryAdd(question.Id, question.AnswerIndex!.Value) ? question.AnswerIndex : positions[question.Id]);
        }

        // Within five standard deviations of the binomial at every position.
        var expected = (double)positions.Count / options;
        Assert.All(
            Enumerable.Range(0, options),
            slot => Assert.InRange(positions.Values.Count(value => value == slot), expected - (5 * Math.Sqrt(expected)), expected + (5 * Math.Sqrt(expected))));
    }

    private static void CheckTruthInFirstK(BuiltBenchmark benchmark, BenchmarkSettings settings, int options)
    {
        if (settings.Protocol == Protocol.Recognition)
        {
            var set = benchmark.Sets.Single(set => set.Source.Name == "tim");
            Assert.Equal(
                set.Questions.Count(question => set.Source.Dump!.Rankings[question.Id].Take(options).Any(ranked => ranked.Class == new ActionClass(question.VerbClass, question.NounClass))),
                set.Questions.Count(question => question.AnswerIndex is not null));
        }
    }
}
