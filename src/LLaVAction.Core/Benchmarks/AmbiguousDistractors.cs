using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>What to do with distractors that may be true as well (<see cref="Question.AlsoTrue"/>).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AmbiguousDistractors>))]
public enum AmbiguousDistractors
{
    /// <summary>Keep them, flagged, as the paper does.</summary>
    [JsonStringEnumMemberName("keep")]
    Keep,

    /// <summary>Leave out each question that has one.</summary>
    [JsonStringEnumMemberName("exclude")]
    Exclude,

    /// <summary>Take the next candidate instead.</summary>
    [JsonStringEnumMemberName("replace")]
    Replace,
}
