using System.Globalization;
using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>What is asked, and how. Two builds with equal settings, pool and dumps are equal to the byte.</summary>
public sealed record BenchmarkSettings
{
    /// <summary>Fewest options of a question.</summary>
    public const int FewestOptions = 2;

    /// <summary>Most options of a question: the letters A to Z.</summary>
    public const int MostOptions = 26;

    /// <summary>Seed of every draw.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>Options per question, K, in 2..26.</summary>
    public int OptionsPerQuestion { get; init; } = 5;

    /// <summary>What text stands for a class.</summary>
    public Representation Representation { get; init; } = Representation.Narration;

    /// <summary>Which candidates become options.</summary>
    public Protocol Protocol { get; init; } = Protocol.Mqa;

    /// <summary>What to do with distractors that may be true.</summary>
    public AmbiguousDistractors Ambiguous { get; init; } = AmbiguousDistractors.Keep;

    /// <summary>Whether the clips were drawn or rendered, not recorded: every figure on them says so.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>Whether the true option shows the clip's own narration.</summary>
    public bool ShowsOwnNarration => Representation is Representation.Narration or Representation.GtKey;

    /// <summary>Whether option texts need the class files.</summary>
    public bool NeedsClassKeys => Representation is Representation.OfficialKey or Representation.GtKey;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="InputException">The number of options is outside 2..26.</exception>
    public void Validate()
    {
        if (OptionsPerQuestion is < FewestOptions or > MostOptions)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"--options {OptionsPerQuestion}: expected {FewestOptions} to {MostOptions} (the letters A to Z)."));
        }
    }
}

/// <summary>What text stands for an action class in an option.</summary>
[JsonConverter(typeof(SettingConverter<Representation>))]
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

/// <summary>Which candidates of a recogniser become the options of a question.</summary>
[JsonConverter(typeof(SettingConverter<Protocol>))]
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

/// <summary>What to do with distractors that may be true as well (<see cref="Question.AlsoTrue"/>).</summary>
[JsonConverter(typeof(SettingConverter<AmbiguousDistractors>))]
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

/// <summary>Where the predictions behind a set come from, as the builder of the set stated it.</summary>
[JsonConverter(typeof(SettingConverter<Provenance>))]
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
