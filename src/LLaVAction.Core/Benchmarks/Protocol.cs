using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>Which candidates of a recogniser become the options of a question.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Protocol>))]
public enum Protocol
{
    /// <summary>The truth and the K−1 best-ranked other classes: the benchmark.</summary>
    [JsonStringEnumMemberName("mqa")]
    Mqa,

    /// <summary>The K best-ranked classes as they are; the truth may be missing, and the question then has no answer.</summary>
    [JsonStringEnumMemberName("recognition")]
    Recognition,

    /// <summary>The truth and K−1 classes drawn from the 2K best-ranked.</summary>
    [JsonStringEnumMemberName("training")]
    Training,
}
