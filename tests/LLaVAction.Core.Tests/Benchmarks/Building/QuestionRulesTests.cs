using LLaVAction.Benchmarks;
using LLaVAction.Benchmarks.Building;
using LLaVAction.Benchmarks.OptionsOnly;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;

namespace LLaVAction.Core.Tests.Benchmarks.Building;

/// <summary>The rules of a question, each on the smallest case that shows it.</summary>
public sealed class QuestionRulesTests
{
    private const string Id = "P01_01_0";

    [Fact]
    public void A_class_whose_only_narration_is_taken_gives_way_to_the_next_and_is_recorded()
    {
        var set = Build("0:1 0:2 0:3 0:4", new BenchmarkSettings { OptionsPerQuestion = 3 }, Clips.Make("P09_01_0", "0:2", "Take Cup."));

        Assert.Equal(["0:1", "0:3", "0:4"], set.Questions[0].OptionClasses.Order());
        var passed = Assert.Single(set.PassedOver);
        Assert.Equal((Id, "0:2", (int?)2, "equal-text"), (passed.Id, passed.Class, passed.Rank, passed.Reason));
    }

    [Fact]
    public void The_narration_keeps_its_final_period()
    {
        var clip = Clips.Make(Id, "0:1", "take cup.");

        var question = Build("0:1 0:3 0:4", new BenchmarkSettings { OptionsPerQuestion = 2 }, [], clip).Questions[0];

        Assert.Equal("take cup.", question.Options[question.AnswerIndex!.Value]);
    }

    [Fact]
    public void Recognition_leaves_the_answer_open_when_the_truth_is_below_K()
    {
        var settings = new BenchmarkSettings { OptionsPerQuestion = 3, Protocol = Protocol.Recognition };

        var below = Build("0:3 0:4 0:5 0:1 0:6", settings).Questions[0];
        var among = Build("0:3 0:4 0:1 0:5 0:6", settings).Questions[0];

        Assert.Null(below.AnswerIndex);
        Assert.Equal(4, below.GroundTruthRank);
        Assert.Equal(["0:3", "0:4", "0:5"], below.OptionClasses.Order());
        Assert.Equal("0:1", among.OptionClasses[among.AnswerIndex!.Value]);
        Assert.Equal(["0:1", "0:3", "0:4"], among.OptionClasses.Order());
    }

    [Fact]
    public void Recognition_never_pulls_the_truth_in_as_a_substitute()
    {
        var settings = new BenchmarkSettings { OptionsPerQuestion = 3, Protocol = Protocol.Recognition };
        var twin = Clips.Make("P09_01_0", "0:2", "do 3");

        var question = Build("0:3 0:2 0:4 0:1 0:5", settings, twin).Questions[0];

        Assert.Null(question.AnswerIndex);
        Assert.Equal(["0:3", "0:4", "0:5"], question.OptionClasses.Order());
    }

    [Fact]
    public void The_truth_stands_at_every_letter_equally_often_and_no_distractor_is_the_truth()
    {
        ClipAnnotation[] clips = [.. Enumerable.Range(0, 600).Select(static clip => Clips.Make($"P01_01_{clip:000}", "0:1", "take cup"))];
        var questions = BenchmarkBuilder.Build(clips, Pool(clips), null, [new StrategySource("random", null, Provenance.Unstated)], new BenchmarkSettings()).Sets[0].Questions;

        // Chi-square with 4 degrees of freedom: 33.4 is p = 1e-6.
        var counts = questions.CountBy(static question => question.AnswerIndex!.Value).ToDictionary();
        Assert.True(Enumerable.Range(0, 5).Sum(letter => Math.Pow(counts.GetValueOrDefault(letter) - 120, 2) / 120) < 33.4, string.Join(' ', counts));
        Assert.All(questions, static question => Assert.Equal("0:1", Assert.Single(question.OptionClasses, static text => text == "0:1")));
        Assert.All(questions, static question => Assert.Equal("0:1", question.OptionClasses[question.AnswerIndex!.Value]));
    }

    [Fact]
    public void Random_asks_the_same_under_every_protocol()
    {
        var clip = Clips.Make(Id, "0:1", "take cup");
        string Line(Protocol protocol) => System.Text.Encoding.UTF8.GetString(BenchmarkJson.ToLine(
            BenchmarkBuilder.Build([clip], Pool(clip), null, [new StrategySource("random", null, Provenance.Unstated)], new BenchmarkSettings { Protocol = protocol })
                .Sets[0].Questions[0]).Span);

        Assert.Equal(Line(Protocol.Mqa), Line(Protocol.Recognition));
        Assert.Equal(Line(Protocol.Mqa), Line(Protocol.Training));
    }

    [Fact]
    public void A_noun_of_the_row_and_a_class_that_covers_half_of_the_clip_may_be_true()
    {
        var clip = Clips.Make(Id, "0:1", "take cup", 10, 12, furtherNouns: [4]);
        ClipAnnotation[] others =
        [
            Clips.Make("P01_01_1", "0:5", "covers exactly half", 11, 20),
            Clips.Make("P01_01_2", "0:6", "covers less", 11.01, 20),
            Clips.Make("P02_01_3", "0:7", "another video", 10, 12),
            Clips.Make("P01_01_4", "0:4", "covers all, but is a noun of the row first", 10, 12),
        ];

        var question = Build("0:1 0:4 0:5 0:6 0:7", new BenchmarkSettings(), others, clip).Questions[0];

        var reasons = question.OptionClasses.Zip(question.AlsoTrue).OrderBy(pair => pair.First).Select(pair => $"{pair.First} {pair.Second}");
        Assert.Equal(["0:1 ", "0:4 multi-noun", "0:5 overlap", "0:6 ", "0:7 "], reasons);
    }

    [Theory]
    [InlineData(AmbiguousDistractors.Keep, "0:1 0:3 0:4")]
    [InlineData(AmbiguousDistractors.Exclude, "")]
    [InlineData(AmbiguousDistractors.Replace, "0:1 0:3 0:5")]
    public void Distractors_that_may_be_true_are_kept_left_out_or_replaced(AmbiguousDistractors ambiguous, string expected)
    {
        var clip = Clips.Make(Id, "0:1", "take cup", furtherNouns: [4]);

        var set = Build("0:1 0:3 0:4 0:5", new BenchmarkSettings { OptionsPerQuestion = 3, Ambiguous = ambiguous }, [], clip);

        Assert.Equal(expected, string.Join(' ', set.Questions.SelectMany(question => question.OptionClasses).Order()));
        Assert.Equal(expected.Length == 0 ? 1 : 0, set.Excluded);
        Assert.Equal(ambiguous == AmbiguousDistractors.Replace ? ["multi-noun"] : Array.Empty<string>(), set.PassedOver.Select(candidate => candidate.Reason));
    }

    [Fact]
    public void Too_few_candidates_name_dump_id_found_and_needed()
    {
        var error = Assert.Throws<InputException>(() => Build("0:1 0:3 0:4", new BenchmarkSettings()));

        Assert.Contains("dump.json: narration id 'P01_01_0' has 2 usable distractors among its 3 ranked classes", error.Message, StringComparison.Ordinal);
        Assert.Contains("but 4 are needed for 5 options", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_without_a_prediction_are_listed()
    {
        var clips = Enumerable.Range(0, 13).Select(i => Clips.Make($"P01_01_{i:00}", "0:1", "take cup")).ToArray();

        var error = Assert.Throws<InputException>(() => BenchmarkBuilder.Build(
            clips, Pool(clips), null, [Tim(("P01_01_00", "0:1 0:2"))], new BenchmarkSettings { OptionsPerQuestion = 2 }));

        Assert.Contains("dump.json: 12 of the 13 rows asked about have no prediction: P01_01_01, P01_01_02", error.Message, StringComparison.Ordinal);
        Assert.Contains("P01_01_10 and 2 more", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(27)]
    public void Options_outside_2_to_26_are_refused(int count) =>
        Assert.Contains("expected 2 to 26", Assert.Throws<InputException>(() => Build("0:1 0:2", new BenchmarkSettings { OptionsPerQuestion = count })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(2)]
    [InlineData(26)]
    public void Options_from_2_to_26_are_built(int count)
    {
        var ranking = string.Join(' ', Enumerable.Range(1, 40).Select(noun => $"0:{noun}"));

        Assert.Equal(count, Build(ranking, new BenchmarkSettings { OptionsPerQuestion = count }).Questions[0].Options.Distinct().Count());
    }

    [Fact]
    public void A_judge_takes_its_best_ranked_option_and_the_first_shown_where_it_ranks_none()
    {
        var question = Build("0:1 0:3 0:4 0:5 0:6", new BenchmarkSettings()).Questions[0];
        int Choose(string ranking) => DumpJudge.Choose(OptionClasses.Of(question).Classes, Clips.Dump((Id, ranking)).Rankings[Id]);

        Assert.Equal("0:5", question.OptionClasses[Choose("9:9 0:5 0:1")]);
        Assert.Equal("0:1", question.OptionClasses[Choose("8:8 0:1 0:5")]);
        Assert.Equal(0, Choose("9:9 8:8"));
        Assert.Equal("0:6", question.OptionClasses[Choose(string.Join(' ', Enumerable.Range(0, 60).Select(i => $"9:{i}").Append("0:6").Append("0:1")))]);
    }

    private static StrategySource Tim((string, string) ranking) => new("tim", "dump.json", Provenance.Unstated) { Dump = Clips.Dump(ranking) };

    private static BuiltSet Build(string ranking, BenchmarkSettings settings, params ClipAnnotation[] others) =>
        Build(ranking, settings, others, Clips.Make(Id, "0:1", "take cup"));

    private static BuiltSet Build(string ranking, BenchmarkSettings settings, ClipAnnotation[] others, ClipAnnotation clip) =>
        BenchmarkBuilder.Build(
            [clip], Pool([clip, .. others]), null, [Tim((Id, ranking))], settings).Sets[0];

    // Classes 0:0 to 0:49 have one narration each, "do N", unless a clip given has another.
    private static ClipAnnotation[] Pool(params ClipAnnotation[] clips) =>
        [.. clips, .. Enumerable.Range(0, 50).Where(noun => !clips.Any(clip => clip.Class.Noun == noun)).Select(noun => Clips.Make($"P99_01_{noun}", $"0:{noun}", $"do {noun}"))];
}
