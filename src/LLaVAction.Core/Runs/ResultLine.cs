using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>What makes a result unique within a run.</summary>
/// <param name="Id">Narration id.</param>
/// <param name="Strategy">Strategy of the set.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Rotation">Rotation of the options; 0 is the question as written.</param>
public readonly record struct ResultKey(string Id, string Strategy, int Frames, int Rotation);

/// <summary>
/// One line of <c>results-&lt;i&gt;of&lt;n&gt;.jsonl</c>: one question at one number of frames and one rotation. The order
/// of the members is the order of the keys in the file. Indices are in the question's own option order, whatever the
/// rotation.
/// </summary>
public sealed record ResultLine
{
    /// <summary>Narration id of the clip.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Strategy of the set.</summary>
    [JsonPropertyName("strategy")]
    public required string Strategy { get; init; }

    /// <summary>Number of frames the model was asked to see.</summary>
    [JsonPropertyName("frames")]
    public required int Frames { get; init; }

    /// <summary>Rotation r: option (j + r) mod K stands at letter j.</summary>
    [JsonPropertyName("rotation")]
    public required int Rotation { get; init; }

    /// <summary>The option shown at each letter; empty for tasks without options.</summary>
    [JsonPropertyName("option_order")]
    public required IReadOnlyList<int> OptionOrder { get; init; }

    /// <summary>
    /// Natural log-probability of each option's letter, renormalised over the K letters; null where letters were not
    /// scored or the engine cannot tell.
    /// </summary>
    [JsonPropertyName("letter_logprobs")]
    public IReadOnlyList<double>? LetterLogprobs { get; init; }

    /// <summary>Share of the K letters in the full vocabulary's probability, in [0, 1]; null with <see cref="LetterLogprobs"/>.</summary>
    [JsonPropertyName("letter_mass")]
    public double? LetterMass { get; init; }

    /// <summary>The generated text; null where none was asked for.</summary>
    [JsonPropertyName("text")]
    public string? Text { get; init; }

    /// <summary>
    /// What each scoring made of the answer, by name (<c>letter</c>, <c>strict</c>, <c>staged</c>): an option, or null
    /// where it could not tell. For <c>direct</c>, the classes the words name: <c>verb_class</c> and <c>noun_class</c>.
    /// </summary>
    [JsonPropertyName("predictions")]
    public required IReadOnlyDictionary<string, int?> Predictions { get; init; }

    /// <summary>The option of the first scoring named; null where it could not tell.</summary>
    [JsonPropertyName("predicted_index")]
    public int? PredictedIndex { get; init; }

    /// <summary>The true option; null under the recognition protocol when it is not among the candidates.</summary>
    [JsonPropertyName("answer_index")]
    public int? AnswerIndex { get; init; }

    /// <summary>Whether the answer is right by the first scoring named; null for captions, which are not scored.</summary>
    [JsonPropertyName("correct")]
    public bool? IsCorrect { get; init; }

    /// <summary>What became of the question.</summary>
    [JsonPropertyName("status")]
    public required ResultStatus Status { get; init; }

    /// <summary>The rule of the staged parser that fired, or what went wrong with the clip.</summary>
    [JsonPropertyName("rule")]
    public string? Rule { get; init; }

    /// <summary>Presentation time of each frame the model saw, in seconds from the start of the video; empty when blind.</summary>
    [JsonPropertyName("frame_seconds")]
    public required IReadOnlyList<double> FrameSeconds { get; init; }

    /// <summary>Time spent decoding the clip; on the clip's first line, 0 on its others.</summary>
    [JsonPropertyName("decode_ms")]
    public double DecodeMilliseconds { get; init; }

    /// <summary>Time spent in the vision tower; on the clip's first line, 0 on its others.</summary>
    [JsonPropertyName("vision_ms")]
    public double VisionMilliseconds { get; init; }

    /// <summary>Time of the shared prefill; on the first line of the clip and frame count, 0 on the others.</summary>
    [JsonPropertyName("prefill_ms")]
    public double PrefillMilliseconds { get; init; }

    /// <summary>Time of this question beyond what is shared; 0 where another line has the same prompt and paid for it.</summary>
    [JsonPropertyName("question_ms")]
    public double QuestionMilliseconds { get; init; }

    /// <summary>The description of the first pass; only in runs of caption-then-answer.</summary>
    [JsonPropertyName("caption")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Caption { get; init; }

    /// <summary>The key of the line.</summary>
    [JsonIgnore]
    public ResultKey Key => new(Id, Strategy, Frames, Rotation);
}
