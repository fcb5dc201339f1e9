using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Benchmarks;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Prompts;
using LLaVAction.Runs;
using LLaVAction.Scoring;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Detection;

/// <summary>One answer to when an action starts and ends: a line of the file of <c>detect-actions</c>. Times are in seconds.</summary>
public sealed record DetectionLine
{
    /// <summary>Id of the clip.</summary>
    public required string Id { get; init; }

    /// <summary>What was asked, hashed: an answer counts for no other model, prompt or frames.</summary>
    public required string Asked { get; init; }

    /// <summary>Start and end of what was shown, in the video.</summary>
    public required IReadOnlyList<double> Shown { get; init; }

    /// <summary>Start and end of the action, from the start of what was shown.</summary>
    public required IReadOnlyList<double> Truth { get; init; }

    /// <summary>The answer; null where there is none.</summary>
    public string? Text { get; init; }

    /// <summary>Start and end that were read from it; null where none could be.</summary>
    public IReadOnlyList<double>? Answer { get; init; }

    /// <summary>Why there is no answer; null as a rule.</summary>
    public string? Failure { get; init; }
}

/// <summary>How the intervals of a set are asked for.</summary>
/// <param name="Frames">Frames shown of each.</param>
/// <param name="DeltaSeconds">Padding before and after an action together.</param>
/// <param name="Seed">Seed of its draw.</param>
/// <param name="MaxNewTokens">The most tokens of an answer.</param>
/// <param name="TimeInstruction">Whose words state the length of what is shown; null for none.</param>
public sealed record DetectionSettings(int Frames, double DeltaSeconds, long Seed, int MaxNewTokens, TimeInstructionStyle? TimeInstruction);

/// <summary>Asks a model when the actions of a set start and end within a padded interval.</summary>
public sealed class DetectionRun(IVideoLanguageModel model, IFrameReader reader, DetectionSettings settings)
{
    private readonly string _asked = QuestionFingerprint(model, settings);

    /// <summary>Reads the lines that an earlier start of the same run wrote; a torn last line and failures are asked again.</summary>
    /// <exception cref="InputException">The file is of another run.</exception>
    public IReadOnlyDictionary<string, DetectionLine> ReadDone(string path)
    {
        var done = new Dictionary<string, DetectionLine>(StringComparer.Ordinal);
        foreach (var (number, text) in File.Exists(path) ? File.ReadLines(path).Index() : [])
        {
            DetectionLine? line;
            try
            {
                line = JsonSerializer.Deserialize(text, DetectionJson.Default.DetectionLine);
            }
            catch (JsonException)
            {
                continue;
            }

            if (line?.Asked != _asked)
            {
                throw new InputException($"{path} line {number + 1}: an answer of another model, or to another prompt, number of frames or padding. Name another --output.");
            }

            if (line.Failure is null)
            {
                done[line.Id] = line;
            }
        }

        return done;
    }

    /// <summary>Asks about one clip.</summary>
    public async Task<DetectionLine> AskAsync(Question question, CancellationToken cancellationToken)
    {
        var window = TemporalWindow.Drawn(question.StartSeconds, question.StopSeconds, settings.Seed, question.Id, settings.DeltaSeconds);
        var line = new DetectionLine { Id = question.Id, Asked = _asked, Shown = [window.Start, window.Stop], Truth = [window.ActionStart, window.ActionStop] };
        try
        {
            var shown = WorkPlan.Reference(question) with { StartSeconds = window.Start, StopSeconds = window.Stop };
            // Padding may lie beyond the end of the video; the action may not.
            var share = (window.ActionStart + (FramePolicy.UsualShare * (window.ActionStop - window.ActionStart))) / (window.Stop - window.Start);
            var policy = new FramePolicy(FramePolicyKind.Midpoint) { SmallestShare = share };
            var frames = await reader.ReadAsync(shown, policy, [settings.Frames], cancellationToken);
            var indices = frames.Selections[settings.Frames];
            var prompt = Prompt(question, window, [.. indices.Select(index => Math.Max(0, frames.Seconds[index] - window.Start))]);
            using var clip = model.Encode([frames], cancellationToken)[0];
            var answer = model.Answer([new PromptGroup(clip, indices, [new PromptRequest(prompt, [], settings.MaxNewTokens)])], cancellationToken)[0].Answers[0];
            return answer.Failure is { } failure
                ? line with { Failure = failure.Reason }
                : line with { Text = answer.Text, Answer = TemporalAnswer.Read(answer.Text ?? "") is { } read ? [read.Start, read.End] : null };
        }
        catch (FrameReadException failure)
        {
            return line with { Failure = failure.Message };
        }
    }

    /// <summary>The bytes of a line, with its line feed.</summary>
    public static byte[] ToBytes(DetectionLine line) => [.. JsonSerializer.SerializeToUtf8Bytes(line, DetectionJson.Default.DetectionLine), (byte)'\n'];

    /// <summary>Scores lines; one without an answer counts as an overlap of 0.</summary>
    public static TemporalScores Score(IEnumerable<DetectionLine> lines) =>
        TemporalScores.Of([.. lines.Select(static line => (Interval(line.Truth), line.Answer is { } answer ? Interval(answer) : (TimeInterval?)null))]);

    /// <summary>
    /// What a guess reaches that knows no frame: the action in the middle of what is shown, as long as the prompt says.
    /// </summary>
    public static TemporalScores ScoreOfMiddle(IEnumerable<DetectionLine> lines) =>
        TemporalScores.Of([.. lines.Select(static line =>
        {
            var truth = Interval(line.Truth);
            var before = Math.Max(0, (line.Shown[1] - line.Shown[0] - truth.Duration) / 2);
            return (truth, (TimeInterval?)new TimeInterval(before, before + truth.Duration));
        })]);

    private static TimeInterval Interval(IReadOnlyList<double> ends) => new(ends[0], ends[1]);

    private string Prompt(Question question, TemporalWindow window, IReadOnlyList<double> frameSeconds)
    {
        var length = window.Stop - window.Start;
        var time = settings.TimeInstruction switch
        {
            null => "",
            TimeInstructionStyle.LlavaVideo => TimeInstruction.LlavaVideoText(length, settings.Frames, frameSeconds),
            _ => TimeInstruction.Text(length, settings.Frames),
        };
        return ChatTemplate.Qwen15(ChatTemplate.VideoLine + time + TaskPrompts.TemporalDetection(question.Narration, question.DurationSeconds));
    }

    private static string QuestionFingerprint(IVideoLanguageModel model, DetectionSettings settings) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(
        System.Text.Encoding.UTF8.GetBytes($"{model.Description.Name}|{model.Description.Hash}|{model.Description.Precision}|{string.Join(',', model.Description.Settings)}|{settings}")))[..16];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DetectionLine))]
internal sealed partial class DetectionJson : JsonSerializerContext;
