using System.Security.Cryptography;
using System.Text;
using LLaVAction.Runs;

namespace LLaVAction.Tests.Runs;

public sealed class ResultLineTests
{
    [Fact]
    public void Line_has_the_documented_keys_in_their_order()
    {
        var line = new ResultLine
        {
            Id = "P01_11_0",
            Strategy = "tim",
            Frames = 8,
            Rotation = 1,
            OptionOrder = [1, 2, 0],
            LetterLogprobs = [-0.5, -1.25, -3],
            LetterMass = 0.97,
            Text = "C. take plate é\"",
            Predictions = new Dictionary<string, int?> { ["letter"] = 2, ["strict"] = null, ["staged"] = 2 },
            PredictedIndex = 2,
            AnswerIndex = 2,
            IsCorrect = true,
            Status = ResultStatus.Ok,
            Rule = "letter",
            FrameSeconds = [0.1, 1.75],
            DecodeMilliseconds = 12.5,
        };

        var text = Encoding.UTF8.GetString(RunJson.ToLine(line));
        Assert.Equal(
            """{"id":"P01_11_0","strategy":"tim","frames":8,"rotation":1,"option_order":[1,2,0],"letter_logprobs":[-0.5,-1.25,-3],"letter_mass":0.97,"text":"C. take plate é\"","predictions":{"letter":2,"strict":null,"staged":2},"predicted_index":2,"answer_index":2,"correct":true,"status":"ok","rule":"letter","frame_seconds":[0.1,1.75],"decode_ms":12.5,"vision_ms":0,"prefill_ms":0,"question_ms":0,"checksum":"CHECK"}""".Replace("CHECK", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text[..text.IndexOf(",\"checksum", StringComparison.Ordinal)])))[..16], StringComparison.Ordinal) + "\n",
            text);
    }

    [Fact]
    public void Failed_question_has_nulls_where_nothing_is_known()
    {
        var question = new SyntheticRun(1).Sets[0].Questions[0];
        var text = Encoding.UTF8.GetString(RunJson.ToLine(SyntheticRun.Failure(question, 8, 0)));

        Assert.Contains("\"letter_logprobs\":null,\"letter_mass\":null,\"text\":null,\"predictions\":{},\"predicted_index\":null,", text, StringComparison.Ordinal);
        Assert.Contains("\"correct\":false,\"status\":\"decode_error\",\"rule\":null,\"frame_seconds\":[]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_is_read_back_as_written()
    {
        foreach (var line in new SyntheticRun(3).Lines(Shard.Whole))
        {
            var bytes = RunJson.ToLine(line);
            Span<byte> content = bytes.AsSpan(..^1).ToArray();
            Assert.True(LineChecksum.Remove(ref content));
            Assert.Equal(bytes, RunJson.ToLine(RunJson.ParseLine(content)));
        }
    }
}
