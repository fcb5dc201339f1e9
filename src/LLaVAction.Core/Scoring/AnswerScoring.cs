using System.Text.Json.Serialization;

namespace LLaVAction.Scoring;

/// <summary>How an answer is read; its name is the key of what it read in a result line's <c>predictions</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AnswerScoring>))]
public enum AnswerScoring
{
    /// <summary>The option whose letter is most probable as the answer's first token.</summary>
    [JsonStringEnumMemberName("letter")]
    Letter,

    /// <summary>The robust staged parser over generated text.</summary>
    [JsonStringEnumMemberName("staged")]
    Staged,

    /// <summary>The original's parser over generated text.</summary>
    [JsonStringEnumMemberName("strict")]
    Strict,

    /// <summary>The published scorer of an imported benchmark over generated text.</summary>
    [JsonStringEnumMemberName("published")]
    Published,
}
