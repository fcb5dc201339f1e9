using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Benchmarks.OptionsOnly;

public sealed class OptionsOnlyTests
{
    [Theory]
    [InlineData(-745.2)]
    [InlineData(-30.5)]
    [InlineData(-1e-9)]
    [InlineData(0)]
    [InlineData(0.3465)]
    [InlineData(0.3466)]
    [InlineData(5)]
    [InlineData(300.25)]
    public void Portable_exponential_is_the_exponential(double x)
    {
        var expected = Math.Exp(x);

        Assert.True(Math.Abs(PortableMath.Exp(x) - expected) <= 1e-14 * expected || expected < 1e-300);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1.4142135)]
    [InlineData(1.4142136)]
    [InlineData(3.7)]
    [InlineData(12345)]
    [InlineData(1e-5)]
    public void Portable_logarithm_is_the_logarithm(double x)
    {
        Assert.Equal(Math.Log(x), PortableMath.Log(x), 1e-14);
    }

    [Fact]
    public void The_most_central_option_shares_most_verbs_and_nouns()
    {
        // 0:0 shares a verb with 0:1 and a noun with 1:0 and 2:0; no other option shares as much.
        var question = Question(0, "0:0", "0:1", "1:0", "2:0", "3:3");

        Assert.Equal(1, OptionGuess.CentralityAccuracy([question]));
        Assert.Equal(0, OptionGuess.CentralityAccuracy([question with { AnswerIndex = 1 }]));
        Assert.Equal(0, OptionGuess.CentralityAccuracy([question with { AnswerIndex = null }]));
    }

    [Fact]
    public void Options_that_tie_are_right_with_their_share()
    {
        Assert.Equal(0.2, OptionGuess.CentralityAccuracy([Question(3, "0:0", "1:1", "2:2", "3:3", "4:4")]), 1e-15);
        Assert.Equal(0.5, OptionGuess.FrequencyAccuracy(
            [Question(0, "0:0", "1:1", "2:2")],
            new Dictionary<ActionClass, int> { [new(0, 0)] = 3, [new(1, 1)] = 3, [new(2, 2)] = 1 }), 1e-15);
    }

    [Fact]
    public void A_model_of_sets_that_cluster_round_the_truth_beats_chance_and_one_of_random_sets_does_not()
    {
        var clustered = Enumerable.Range(0, 400).Select(static index => MakeUp(index, isClustered: true)).ToArray();
        var random = Enumerable.Range(0, 400).Select(static index => MakeUp(index, isClustered: false)).ToArray();

        Assert.True(OptionsOnlyModel.CrossValidate(clustered).Accuracy > 0.6);
        Assert.InRange(OptionsOnlyModel.CrossValidate(random).Accuracy, 0.12, 0.30);
    }

    [Fact]
    public void Fitted_weights_are_where_the_penalised_likelihood_is_flat()
    {
        var questions = Enumerable.Range(0, 200).Select(static index => MakeUp(index, isClustered: index % 3 != 0)).ToArray();
        var features = OptionFeatures.Of(questions).WithFrequencies(static _ => true);

        var weights = ConditionalLogit.Fit(features, static _ => true);

        for (var feature = 0; feature < OptionFeatures.Count; feature++)
        {
            const double Step = 1e-5;
            var above = (double[])weights.Clone();
            var below = (double[])weights.Clone();
            above[feature] += Step;
            below[feature] -= Step;
            Assert.Equal(0, (Likelihood(features, above) - Likelihood(features, below)) / (2 * Step), 1e-5);
        }
    }

    [Fact]
    public void A_single_participant_teaches_nothing_about_itself()
    {
        var questions = Enumerable.Range(0, 50).Select(static index => MakeUp(index, isClustered: true) with { ParticipantId = "P01" }).ToArray();

        Assert.All(OptionsOnlyModel.CrossValidate(questions).BiasScores, static score => Assert.Equal(0.2, score, 1e-12));
    }

    private static double Likelihood(OptionFeatures features, double[] weights)
    {
        var sum = -0.5 * weights.Sum(static weight => weight * weight);
        var probabilities = new double[5];
        for (var question = 0; question < features.Questions.Count; question++)
        {
            ConditionalLogit.Predict(features, question, weights, probabilities);
            sum += Math.Log(probabilities[features.Questions[question].AnswerIndex!.Value]);
        }

        return sum;
    }

    /// <summary>Five classes; clustered, each distractor shares the verb or the noun of the truth, as a recogniser's would.</summary>
    private static OptionClasses MakeUp(int index, bool isClustered)
    {
        var random = new KeyedRandom(1, FormattableString.Invariant($"{index}"), "options");
        var truth = new ActionClass(random.NextInt32(20), random.NextInt32(40));
        var options = new List<ActionClass> { truth };
        while (options.Count < 5)
        {
            var other = new ActionClass(random.NextInt32(20), random.NextInt32(40));
            var distractor = !isClustered ? other : random.NextInt32(2) == 0 ? truth with { Noun = other.Noun } : truth with { Verb = other.Verb };
            if (!options.Contains(distractor))
            {
                options.Add(distractor);
            }
        }

        random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(options));
        return new OptionClasses(options, options.IndexOf(truth), FormattableString.Invariant($"P{index % 7:00}"));
    }

    private static OptionClasses Question(int answer, params string[] classes) => new(
        [.. classes.Select(static text => ActionClass.TryParse(text, out var actionClass) ? actionClass : throw new FormatException(text))],
        answer,
        "P01");
}
