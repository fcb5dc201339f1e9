using System.Text;
using System.Text.Json;
using LLaVAction.Training;

namespace LLaVAction.Core.Tests.Training;

public sealed class TrainingJsonTests
{
    /// <summary>The keys, their order and their types are those of the original generator.</summary>
    private const string MultipleChoice =
        """{"video":"P01-P01_01","conversations":[{"from":"human","value":"['A. open tap', \"B. pick up cook's knife\"]"},{"from":"gpt","value":"A. open tap"}],"id":"P01-P01_01","split":"train","task_instruction":"","num_samples":1,"question_type":"mc_GT_random_narration","dataset_name":"EK100","start_timestamp":8.0,"end_timestamp":9.25,"verb_id":3,"noun_id":0,"action_id":1816}""";

    private const string Temporal =
        """{"video":"P01-P01_01","conversations":[{"from":"human","value":"When?"},{"from":"gpt","value":"2.3, 3.3"}],"id":"P01-P01_01","split":"train","task_instruction":"","num_samples":1,"question_type":"temporal_detection","dataset_name":"EK100","start_timestamp":"0.7","end_timestamp":"6.7","verb_id":0,"noun_id":2,"action_id":106,"narration_id":"P01_01_3","fold":2}""";

    private const string WithPriors =
        """{"video":"P01-P01_11","conversations":[{"from":"human","value":"['A. a', 'B. b']"},{"from":"gpt","value":"B. b"}],"id":"P01-P01_11","split":"train","task_instruction":"","num_samples":1,"question_type":"mc_official_key","dataset_name":"EKframes","start_timestamp":2.97,"end_timestamp":4.0,"verb_id":0,"noun_id":2,"action_id":106,"narration_id":"P01_11_2","prior_actions":[{"seconds_ago":2.97,"text":"take plate"},{"seconds_ago":-1.0,"text":"put down plate"}]}""";

    private const string Replay =
        """{"video":"academic_source/youcook2/1.mp4","conversations":[{"from":"human","value":"<image>\nWhat?"},{"from":"gpt","value":"A pan."},{"from":"human","value":"And?"},{"from":"gpt","value":"Oil."}],"id":"17","data_source":"0_30_s_academic_v0_1"}""";

    [Theory]
    [InlineData(MultipleChoice)]
    [InlineData(Temporal)]
    [InlineData(WithPriors)]
    [InlineData(Replay)]
    public void A_row_is_written_as_it_was_read(string line) =>
        Assert.Equal(line + "\n", Encoding.UTF8.GetString(TrainingJson.ToLines([Parse(line)])));

    [Fact]
    public void A_clip_row_has_its_times_classes_and_turns()
    {
        var row = Parse(Temporal);
        Assert.Equal((0.7, 6.7), (row.StartTimestamp, row.EndTimestamp));
        Assert.Equal((0, 2, 106), (row.VerbId, row.NounId, row.ActionId));
        Assert.Equal([new ConversationTurn("human", "When?"), new ConversationTurn("gpt", "2.3, 3.3")], row.Conversations);
        Assert.Equal(("P01_01_3", 2), (row.NarrationId, row.Fold));
    }

    [Fact]
    public void A_replay_row_has_no_classes()
    {
        var row = Parse(Replay);
        Assert.Equal((-1, -1, -1), (row.VerbId, row.NounId, row.ActionId));
        Assert.Null(row.QuestionType);
        Assert.Equal("0_30_s_academic_v0_1", row.DataSource);
    }

    [Fact]
    public void Ids_are_numbers_in_some_published_files_and_classes_are_unknown_unless_stated()
    {
        Assert.Equal("17", Parse("""{"id":17,"conversations":[{"from":"human","value":"a"}]}""").Id);
        var row = new TrainingRow { Id = "x", Video = null, Conversations = [] };
        Assert.Equal((-1, -1, -1), (row.VerbId, row.NounId, row.ActionId));
        Assert.Equal([true, false, false], new[] { "mc_any", "direct_narration", null }.Select(QuestionTypes.IsMultipleChoice));
    }

    [Fact]
    public void Line_separators_of_Unicode_are_escaped_for_readers_that_split_at_them()
    {
        var row = Parse(MultipleChoice) with { Conversations = [new ConversationTurn("human", "a\u2028b\u2029c\u0085d"), new ConversationTurn("gpt", "é")] };
        var line = Encoding.UTF8.GetString(TrainingJson.ToLines([row]));
        Assert.Contains("""a\u2028b\u2029c\u0085d""", line, StringComparison.Ordinal);
        Assert.Contains("é", line, StringComparison.Ordinal);
        Assert.Equal(row.Conversations, Parse(line).Conversations);
    }

    [Theory]
    [InlineData("""[1]""", "expected an object")]
    [InlineData("""{"id":"x"}""", "conversations is missing")]
    [InlineData("""{"id":"x","conversations":[]}""", "conversations is missing or empty")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"}]}""", "id is missing")]
    [InlineData("""{"id":"x","conversations":[{"from":"system","value":"a"}]}""", "from 'system'")]
    [InlineData("""{"id":"x","conversations":[{"from":"human"}]}""", "lacks from or value")]
    [InlineData("""{"id":"x","video":5,"conversations":[{"from":"human","value":"a"}]}""", "video is Number; expected a text")]
    [InlineData("""{"id":"x","conversations":"a"}""", "conversations is missing or empty")]
    [InlineData("""{"id":"x","conversations":[{"from":"human","value":"a"}],"verb_id":-2}""", "verb_id is -2")]
    [InlineData("""{"id":"x","conversations":[{"from":"human","value":"a"}],"verb_id":1.5}""", "verb_id is 1.5")]
    [InlineData("""{"id":"x","conversations":[{"from":"human","value":"a"}],"start_timestamp":"soon"}""", "start_timestamp is")]
    [InlineData("""{"id":"x","conversations":[{"from":"human","value":"a"}],"image":["a.jpg","b.jpg"]}""", "shows 2 images")]
    [InlineData("""{"id":"\ud800","conversations":[{"from":"human","value":"a"}]}""", "id is no valid Unicode text")]
    [InlineData("""{"id":"x","conversations":[{"from":"human","value":"a"}],"prior_actions":[]}""", "two actions")]
    public void What_is_no_row_is_refused_by_name(string line, string expected) =>
        Assert.Contains(expected, Assert.ThrowsAny<JsonException>(() => Parse(line)).Message, StringComparison.Ordinal);

    private static TrainingRow Parse(string line) => TrainingJson.Parse(Encoding.UTF8.GetBytes(line));
}
