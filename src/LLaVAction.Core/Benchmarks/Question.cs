using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>
/// One multiple-choice question about one clip, as a line of <c>&lt;strategy&gt;.jsonl</c>. The order of the members is
/// the order of the keys in the file.
/// </summary>
public sealed record Question
{
    /// <summary>Narration id of the clip, or the question's own id.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>Video of the clip.</summary>
    [JsonPropertyName("video_id")]
    public required string VideoId { get; init; }

    /// <summary>Participant of the clip; empty where nobody is known.</summary>
    [JsonPropertyName("participant_id")]
    public required string ParticipantId { get; init; }

    /// <summary>Start of the clip, in seconds.</summary>
    [JsonPropertyName("start_seconds")]
    public required double StartSeconds { get; init; }

    /// <summary>End of the clip, in seconds; with a question text, 0 for the video's end.</summary>
    [JsonPropertyName("stop_seconds")]
    public required double StopSeconds { get; init; }

    /// <summary>First frame, as the CSV gives it.</summary>
    [JsonPropertyName("start_frame")]
    public required int StartFrame { get; init; }

    /// <summary>Last frame, as the CSV gives it.</summary>
    [JsonPropertyName("stop_frame")]
    public required int StopFrame { get; init; }

    /// <summary>The clip's own narration, unchanged; elsewhere the true option's text, empty where it is not published.</summary>
    [JsonPropertyName("narration")]
    public required string Narration { get; init; }

    /// <summary>The true verb class; −1 where the options are no actions.</summary>
    [JsonPropertyName("verb_class")]
    public required int VerbClass { get; init; }

    /// <summary>The true noun class; −1 where the options are no actions.</summary>
    [JsonPropertyName("noun_class")]
    public required int NounClass { get; init; }

    /// <summary>The distractor strategy: <c>random</c> or the name given to a dump.</summary>
    [JsonPropertyName("strategy")]
    public required string Strategy { get; init; }

    /// <summary>The option texts, in the order shown.</summary>
    [JsonPropertyName("options")]
    public required IReadOnlyList<string> Options { get; init; }

    /// <summary>The class of each option, as <c>verb:noun</c>; empty where the options are no actions.</summary>
    [JsonPropertyName("option_classes")]
    public required IReadOnlyList<string> OptionClasses { get; init; }

    /// <summary>1-based rank of each option in the dump's full list; null where it has none.</summary>
    [JsonPropertyName("option_ranks")]
    public required IReadOnlyList<int?> OptionRanks { get; init; }

    /// <summary>For each option null, or why it may be true as well: <c>multi-noun</c> or <c>overlap</c>.</summary>
    [JsonPropertyName("also_true")]
    public required IReadOnlyList<string?> AlsoTrue { get; init; }

    /// <summary>Index of the true option; null under the recognition protocol when it is not among the candidates, and where the truth is not published.</summary>
    [JsonPropertyName("answer_index")]
    public required int? AnswerIndex { get; init; }

    /// <summary>1-based rank of the true class in the dump's full list; null where it has none.</summary>
    [JsonPropertyName("ground_truth_rank")]
    public required int? GroundTruthRank { get; init; }

    /// <summary>The question's own text; null where the prompt's task asks it, as for actions. Absent from the file where null, as are the two below.</summary>
    [JsonPropertyName("question")]
    public string? Text { get; init; }

    /// <summary>What the question is counted under, by kind of category (<c>domain</c>: <c>Knowledge</c>); null for none.</summary>
    [JsonPropertyName("categories")]
    public IReadOnlyDictionary<string, string>? Categories { get; init; }

    /// <summary>The video's subtitles as the prompt shows them; null for none.</summary>
    [JsonPropertyName("subtitles")]
    public string? Subtitles { get; init; }

    /// <summary>Whether the options are action classes; false for questions of other benchmarks, which have texts alone.</summary>
    [JsonIgnore]
    public bool HasActions => Text is null;

    /// <summary>Whether the question is about a video from its beginning to its end, however long it is.</summary>
    [JsonIgnore]
    public bool IsAboutWholeVideo => Text is not null && StopSeconds == 0;

    /// <summary>The clip's length in seconds; 0 where the question is about a whole video.</summary>
    [JsonIgnore]
    public double DurationSeconds => StopSeconds - StartSeconds;
}
