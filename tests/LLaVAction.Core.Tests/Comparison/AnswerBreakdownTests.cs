using LLaVAction.Benchmarks;
using LLaVAction.Comparison;
using LLaVAction.Epic;
using LLaVAction.Runs;
using LLaVAction.Tests.Runs;

namespace LLaVAction.Tests.Comparison;

/// <summary>What is counted of the answers of a cell, on rows small enough to count by hand.</summary>
public sealed class AnswerBreakdownTests
{
    [Fact]
    public void A_choice_is_right_or_shares_the_verb_the_noun_or_nothing()
    {
        // The truth is 2:13; options 0 to 4 in turn: the truth, its verb, its noun, neither, and no choice.
        var question = Question(["2:13", "2:1", "3:13", "4:4", "2:2"], [1, 2, 3, 4, 5]);

        Assert.Equal(
            new AnswerTaxonomy(Right: 1, VerbRight: 2, NounRight: 3, BothWrong: 1, NoChoice: 2),
            AnswerTaxonomy.Of(new int?[] { 0, 1, 4, 2, 2, 2, 3, null }.Select(choice => Row(question, choice)).Append(new AskedQuestion(question, null))));
    }

    [Fact]
    public void Distractors_are_counted_by_rank_where_they_have_one_and_the_truth_is_none()
    {
        var ranked = Question(["2:13", "2:1", "3:13", "4:4", "2:2"], [1, 7, 3, null, 2]);
        var other = Question(["2:13", "2:1", "3:13", "4:4", "2:2"], [4, 7, 9, 11, 2]);

        Assert.Equal(
            [new DistractorRank(2, 4, 1), new DistractorRank(3, 3, 0), new DistractorRank(7, 4, 2), new DistractorRank(9, 1, 0), new DistractorRank(11, 1, 0)],
            DistractorRank.Of([Row(ranked, 1), Row(ranked, 4), Row(ranked, 3), Row(other, 1)]));
        Assert.Empty(DistractorRank.Of([Row(Question(["2:13", "2:1"], [null, null]), 1)]));
    }

    [Fact]
    public void Classes_of_five_questions_and_more_stand_from_the_hardest_up_under_their_commonest_narration()
    {
        AskedQuestion[] rows =
        [
            .. Rows(verb: 1, noun: 1, right: 2, wrong: 3, "cut", "cut", "chop", "chop", "slice"), // 0.4: 'chop' before 'cut'
            .. Rows(verb: 2, noun: 1, right: 4, wrong: 2, "wash", "rinse", "rinse", "wash", "wash", "x"), // 0.67
            .. Rows(verb: 3, noun: 1, right: 0, wrong: 4, "a", "a", "a", "a"), // too few
            .. Rows(verb: 4, noun: 1, right: 4, wrong: 6, "b", "b", "b", "b", "b", "b", "b", "b", "b", "b"), // 0.4 of more
            .. Rows(verb: 0, noun: 1, right: 2, wrong: 3, "c", "c", "c", "c", "c"), // 0.4 of as few as verb 1
        ];

        Assert.Equal(
            [new ClassAccuracy(4, "b", 10, 4), new ClassAccuracy(0, "c", 5, 2), new ClassAccuracy(1, "chop", 5, 2), new ClassAccuracy(2, "wash", 6, 4)],
            ClassAccuracy.OfVerbs(rows));
        Assert.Equal(new ClassAccuracy(1, "b", 30, 12), Assert.Single(ClassAccuracy.OfNouns(rows)));
        Assert.Equal(0.4, ClassAccuracy.OfNouns(rows)[0].Accuracy, 12);

        static IEnumerable<AskedQuestion> Rows(int verb, int noun, int right, int wrong, params string[] narrations) => Enumerable.Range(0, right + wrong).Select(number =>
            Row(Question([$"{verb}:{noun}", "9:9"], [1, 2]) with { VerbClass = verb, NounClass = noun, Narration = narrations[number] }, number < right ? 0 : 1));
    }

    [Fact]
    public void Letters_are_counted_over_true_answers_and_over_choices()
    {
        // True answers A, A, B, none; choices A, B, B, none: right once at A and once at B.
        var question = Question(["2:13", "2:1", "3:13"], [1, 2, 3]);
        AskedQuestion[] rows = [Row(question, 0), Row(question, 1), Row(question with { AnswerIndex = 1 }, 1), Row(question with { AnswerIndex = null }, null)];

        var bias = PositionBias.Of(rows)!;

        Assert.Equal(
            [new LetterBias('A', 2, 1, 0.5, 1.0 / 3), new LetterBias('B', 1, 2, 1, 2.0 / 3), new LetterBias('C', 0, 0, null, 0)],
            bias.Letters);

        // Choices 1, 2, 0 against 1 each.
        Assert.Equal((2.0, 2), (bias.ChoiceTest!.Statistic, bias.ChoiceTest.DegreesOfFreedom));
        Assert.Null(PositionBias.Of([]));
        Assert.Null(PositionBias.Of([Row(question with { Options = ["only"] }, null)]));
        Assert.Null(PositionBias.Of([Row(question, null)])!.ChoiceTest);
        Assert.Null(PositionBias.Of([Row(question, null)])!.Letters[0].ChoiceRate);
    }

    [Theory]
    [InlineData(0.5, 1, "0-1 s", "1")]
    [InlineData(1, 2, "1-2 s", "2-5")]
    [InlineData(2, 5, "2-4 s", "2-5")]
    [InlineData(4, 6, "4-8 s", "6-20")]
    [InlineData(8, 20, "8 s and more", "6-20")]
    [InlineData(60, 21, "8 s and more", "21 and more")]
    public void Groups_begin_at_their_lower_end(double seconds, int rank, string length, string place)
    {
        var groups = Splits.Of([Row(Question(["2:13", "2:1"], [rank, 2]) with { StartSeconds = 10, StopSeconds = 10 + seconds, GroundTruthRank = rank }, 0)], SplitFiles.None);

        Assert.Equal([("clip length", length), (Splits.TruthRank, place), ("distractor may be true", "no")], groups.Select(static group => (group.Split, group.Group)));
        Assert.All(groups, static group => Assert.Equal((1, 1), (group.Questions, group.Correct)));
    }

    [Theory]
    [InlineData(0.49, "below chance")]
    [InlineData(0.5, "1-2 times chance")]
    [InlineData(0.99, "1-2 times chance")]
    [InlineData(1.0, "over 2 times chance")]
    public void Bias_is_measured_in_chances(double score, string expected)
    {
        var files = new SplitFiles(null, null, new Dictionary<(string, string), double> { [("tim", "P01_00_0")] = score });
        var question = Question(["2:13", "2:1"], [1, 2]) with { Strategy = "tim" };

        Assert.Equal(expected, Splits.Of([Row(question, 0), Row(question with { Id = "not listed" }, 0)], files).Single(static group => group.Split == "options-only bias").Group);
    }

    [Fact]
    public void Lists_of_the_user_split_by_participant_and_class_and_groups_stand_in_order()
    {
        var files = new SplitFiles(new TailClasses(new HashSet<int> { 7 }, new HashSet<int>()), new UnseenParticipants(new HashSet<string> { "P02" }), null);
        var question = Question(["2:13", "2:1"], [1, 2]);
        AskedQuestion[] rows =
        [
            Row(question with { ParticipantId = "P02", GroundTruthRank = null, AlsoTrue = [null, "overlap"] }, 1),
            Row(question with { VerbClass = 7, GroundTruthRank = 30, StopSeconds = 100 }, 0),
            Row(question with { GroundTruthRank = 3 }, 0),
        ];

        Assert.Equal(
            [
                "participant seen 2/2", "participant unseen 0/1", "class head 1/2", "class tail 1/1", "clip length 2-4 s 1/2", "clip length 8 s and more 1/1",
                "rank of the truth 2-5 1/1", "rank of the truth 21 and more 1/1", "rank of the truth not in the dump 0/1", "distractor may be true no 2/2", "distractor may be true yes 0/1",
            ],
            Splits.Of(rows, files).Select(static group => $"{group.Split} {group.Group} {group.Correct}/{group.Questions}"));
        Assert.DoesNotContain(Splits.Of([Row(question with { GroundTruthRank = null, OptionRanks = [null, null] }, 0)], files), static group => group.Split == Splits.TruthRank);
    }

    private static Question Question(string[] classes, int?[] ranks) => new SyntheticRun(1).Sets[0].Questions[0] with
    {
        Options = [.. classes.Select(static text => "do " + text)],
        OptionClasses = classes,
        OptionRanks = ranks,
        AlsoTrue = new string?[classes.Length],
        AnswerIndex = 0,
    };

    private static AskedQuestion Row(Question question, int? choice) =>
        new(question, SyntheticRun.Failure(question, 8, 0) with { PredictedIndex = choice, IsCorrect = choice is not null && choice == question.AnswerIndex });
}
