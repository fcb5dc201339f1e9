using System.Text;
using CsCheck;
using LLaVAction.Benchmarks;
using LLaVAction.Core.Tests.Benchmarks.Support;
using LLaVAction.Epic;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

/// <summary>Rows against what Python 3.13 computes by the original's formulas (str, round, repr).</summary>
public sealed class TrainingRowsTests
{
    private static readonly ActionClassIndex Classes = new([new ActionClass(0, 0), new ActionClass(0, 10), new ActionClass(0, 2), new ActionClass(1, 0)]);
    private static readonly TrainingRows Rows = new(Classes, "EK100");

    [Theory]
    [InlineData("A. open tap", "'A. open tap'")]
    [InlineData("B. pick up cook's knife", "\"B. pick up cook's knife\"")]
    [InlineData("say \"hi\"", "'say \"hi\"'")]
    [InlineData("both ' and \"", "'both \\' and \"'")]
    [InlineData("back\\slash", "'back\\\\slash'")]
    [InlineData("caf\u00e9 \u8336 \u00df", "'caf\u00e9 \u8336 \u00df'")]
    [InlineData("a\u00a0b\u200b", "'a\\xa0b\\u200b'")]
    [InlineData("tab\tnl\n", "'tab\\tnl\\n'")]
    [InlineData("\ud83d\ude00", "'\ud83d\ude00'")]
    [InlineData("\ue000", "'\\ue000'")]
    public void A_text_is_written_as_Pythons_repr(string text, string expected) => Assert.Equal(expected, PythonText.ReprOf(text));

    [Fact]
    public void Lists_of_options_are_read_back_as_written() => Gen.String[Gen.Char[' ', '~'], 0, 30].Array[1, 6].Sample(static texts =>
    {
        Assert.True(PythonListLiteral.TryParseStrings(PythonText.ReprOf(texts), out var items, out _));
        Assert.Equal(texts, items);
    });

    [Theory]
    [InlineData(3.00, 4.00, 2.30, 0.7, 6.7, "2.3, 3.3", "1.0")]
    [InlineData(120.93, 126.25, 2.4771754354597046, 118.45, 128.77, "2.48, 7.8", "5.32")]
    [InlineData(404.542, 412.322, 1.0497740318573856, 403.49, 416.27, "1.05, 8.83", "7.78")]
    [InlineData(439.07, 447.9, 3.81140041228971, 435.26, 449.09, "3.81, 12.64", "8.83")]
    [InlineData(1.9, 7.45, 4.009131834982417, 0.0, 8.44, "1.9, 7.45", "5.55")]
    [InlineData(532.04, 550.1, 0.15294991516776768, 531.89, 554.95, "0.15, 18.21", "18.06")]
    [InlineData(22.901, 23.381, 4.406169294610777, 18.49, 23.97, "4.41, 4.89", "0.48")]
    [InlineData(374.562, 393.032, 0.500001355480636, 374.06, 397.53, "0.5, 18.97", "18.47")]
    [InlineData(566.418, 583.658, 0.6044497990298951, 565.81, 588.05, "0.61, 17.85", "17.24")]
    public void Times_of_temporal_detection_are_rounded_as_the_original_rounds_them(
        double start, double stop, double padding, double paddedStart, double paddedStop, string answer, string duration)
    {
        var row = Rows.TemporalDetection(Clip(start, stop), padding, delta: 5);
        Assert.Equal((paddedStart, paddedStop), (row.StartTimestamp, row.EndTimestamp));
        Assert.Equal(answer, row.Conversations[1].Value);
        Assert.StartsWith(
            $"The provided video contains an action 'take cup' that lasts {duration} seconds. What is the relative start and end time", row.Conversations[0].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_action_lies_within_what_is_shown_and_the_padding_is_delta()
    {
        var times = Gen.Select(Gen.Double[0, 900], Gen.Double[0.05, 60], Gen.Double[0.5, 10], Gen.Double[0, 1]);
        times.Sample(static (start, length, delta, share) =>
        {
            var row = Rows.TemporalDetection(Clip(start, start + length), share * delta, delta);
            var answer = row.Conversations[1].Value.Split(", ").Select(static text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            var shown = row.EndTimestamp!.Value - row.StartTimestamp!.Value;
            Assert.InRange(answer[0], 0, shown);
            Assert.InRange(answer[1] - answer[0], length - 0.011, length + 0.011);
            Assert.InRange(shown - (answer[1] - answer[0]), -0.021, delta + 0.021);
        });
    }

    [Fact]
    public void A_multiple_choice_row_shows_lettered_options_and_answers_with_letter_and_text()
    {
        var question = new Question
        {
            Id = "P01_01_7",
            VideoId = "P01_01",
            ParticipantId = "P01",
            StartSeconds = 8,
            StopSeconds = 9.25,
            StartFrame = 1,
            StopFrame = 2,
            Narration = "take cup",
            VerbClass = 0,
            NounClass = 2,
            Strategy = "avion",
            Options = ["open cook's tap", "take cup", "wash plate"],
            OptionClasses = ["0:0", "0:2", "1:0"],
            OptionRanks = [2, 1, 3],
            AlsoTrue = [null, null, null],
            AnswerIndex = 1,
            GroundTruthRank = 1,
        };
        var row = Rows.MultipleChoice(Clip(8, 9.25), question, Representation.Narration, [new PriorAction(2.5, "open tap"), new PriorAction(-1, "close tap")], fold: 3);
        Assert.Equal(
            """{"video":"P01-P01_01","conversations":[{"from":"human","value":"[\"A. open cook's tap\", 'B. take cup', 'C. wash plate']"},{"from":"gpt","value":"B. take cup"}],"id":"P01-P01_01","split":"train","task_instruction":"","num_samples":1,"question_type":"mc_GT_random_narration","dataset_name":"EK100","start_timestamp":8.0,"end_timestamp":9.25,"verb_id":0,"noun_id":2,"action_id":2,"narration_id":"P01_01_7","prior_actions":[{"seconds_ago":2.5,"text":"open tap"},{"seconds_ago":-1.0,"text":"close tap"}],"fold":3}""" + "\n",
            Encoding.UTF8.GetString(TrainingJson.ToLines([row])));
    }

    [Fact]
    public void A_row_of_direct_prediction_asks_nothing_and_answers_with_the_narration()
    {
        var row = Rows.Direct(Clip(8, 9.25));
        Assert.Equal([new ConversationTurn("human", ""), new ConversationTurn("gpt", "take cup")], row.Conversations);
        Assert.Equal(("direct_narration", 2), (row.QuestionType, row.ActionId));
    }

    private static ClipAnnotation Clip(double start, double stop) =>
        Clips.Make("P01_01_7", "0:2", "take cup") with { StartSeconds = start, StopSeconds = stop };
}
