using CsCheck;
using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;
using LLaVAction.Recognizers;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

public sealed class DumpJudgeTests
{
    [Theory]
    [InlineData("0:3 0:1 0:2", "0:1 0:2 0:3", 2)]
    [InlineData("0:9 0:2 0:1", "0:1 0:2 0:3", 1)]
    [InlineData("0:9 0:3", "0:1 0:2 0:3", 2)]
    [InlineData("0:9", "0:1 0:2 0:3", 0)] // none is ranked: the first shown
    [InlineData("0:2", "0:2 0:1", 0)]
    public void The_best_ranked_option_is_chosen(string ranking, string options, int expected) =>
        Assert.Equal(expected, DumpJudge.Choose(Classes(options), ActionRanking.FromList(Ranked(ranking))));

    [Fact]
    public void The_choice_is_the_option_of_least_rank_wherever_it_stands() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 26], Gen.Int[1, 120]).Sample(static (seed, options, ranked) =>
        {
            var random = new KeyedRandom(seed, "judge", "test");
            var classes = Enumerable.Range(0, 150).Select(static noun => new ActionClass(0, noun)).ToArray();
            random.Shuffle(classes.AsSpan());
            var ranking = ActionRanking.FromList([.. classes.Take(ranked).Select(static entry => new RankedAction(entry, null))]);
            random.Shuffle(classes.AsSpan());
            var shown = classes[..options];
            var expected = shown.Select((entry, place) => (Rank: ranking.RankOf(entry) ?? int.MaxValue, place)).Min().place;
            Assert.Equal(expected, DumpJudge.Choose(shown, ranking));
        });

    [Fact]
    public void Accuracy_counts_the_right_answers_over_all_questions()
    {
        // Right, wrong, and without an answer: one of three.
        var judge = new StrategySource("tim", "tim.json", Provenance.Simulated) { Dump = Clips.Dump(("a", "0:1 0:2"), ("b", "0:1 0:2"), ("c", "0:1 0:2")) };
        Question[] questions = [Make("a", 0), Make("b", 1), Make("c", null)];
        OptionClasses[] classes = [.. questions.Select(OptionClasses.Of)];
        Assert.Equal(new JudgeAccuracy("tim", 1, 1.0 / 3, IsOwnSet: true, Provenance.Simulated), DumpJudge.Score(questions, classes, judge, isOwnSet: true));
        Assert.Equal(new JudgeAccuracy("tim", 0, 0, IsOwnSet: false, Provenance.Simulated), DumpJudge.Score([], [], judge, isOwnSet: false));
        Assert.Equal(3, DumpJudge.Score([Make("a", 0), Make("b", 0), Make("c", 0)], classes, judge, isOwnSet: false).Correct);
    }

    private static Question Make(string id, int? answer) => new()
    {
        Id = id,
        VideoId = "P01_01",
        ParticipantId = "P01",
        StartSeconds = 0,
        StopSeconds = 1,
        StartFrame = 1,
        StopFrame = 2,
        Narration = "n",
        VerbClass = 0,
        NounClass = 1,
        Strategy = "random",
        Options = ["x", "y"],
        OptionClasses = ["0:1", "0:2"],
        OptionRanks = [null, null],
        AlsoTrue = [null, null],
        AnswerIndex = answer,
        GroundTruthRank = null,
    };

    private static ActionClass[] Classes(string texts) =>
        [.. texts.Split(' ').Select(static text => ActionClass.TryParse(text, out var entry) ? entry : throw new FormatException(text))];

    private static RankedAction[] Ranked(string texts) => [.. Classes(texts).Select(static entry => new RankedAction(entry, null))];
}
