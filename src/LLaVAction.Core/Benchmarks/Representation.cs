using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>What text stands for an action class in an option.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Representation>))]
public enum Representation
{
    /// <summary>The truth is the clip's own narration; another class is a narration of that class, drawn by frequency.</summary>
    [JsonStringEnumMemberName("narration")]
    Narration,

    /// <summary>Every class is its verb key and noun key (<c>cut chopping board</c>).</summary>
    [JsonStringEnumMemberName("official-key")]
    OfficialKey,

    /// <summary>The truth is the clip's own narration; another class is its official key.</summary>
    [JsonStringEnumMemberName("gt-key")]
    GtKey,

    /// <summary>Every class, the true one too, is a narration of that class, drawn by frequency.</summary>
    [JsonStringEnumMemberName("random-narration")]
    RandomNarration,

    /// <summary>Every class is its most frequent narration; equal counts go to the ordinally first text.</summary>
    [JsonStringEnumMemberName("top1-narration")]
    Top1Narration,

    /// <summary>Every class is the verb and the noun as first written for its verb class and for its noun class.</summary>
    [JsonStringEnumMemberName("first-sample")]
    FirstSample,
}
