using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>Where the predictions behind a set come from, as the builder of the set stated it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Provenance>))]
public enum Provenance
{
    /// <summary>Nothing was stated.</summary>
    [JsonStringEnumMemberName("unstated")]
    Unstated,

    /// <summary>A recogniser was run on the videos.</summary>
    [JsonStringEnumMemberName("measured")]
    Measured,

    /// <summary>No recogniser was run; figures of the set carry the word wherever they are shown.</summary>
    [JsonStringEnumMemberName("simulated")]
    Simulated,
}
