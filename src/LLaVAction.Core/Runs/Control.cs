using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>
/// An ablation that removes or corrupts the video. A control is run beside the normal run of the same questions and
/// reported as a paired gap to it.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Control>))]
public enum Control
{
    /// <summary>Nothing: the normal run.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>No video at all; the prompt has no line for it. The duration sentence follows the time instruction.</summary>
    [JsonStringEnumMemberName("blind")]
    Blind,

    /// <summary>Every frame is the pixelwise mean of the clip's frames: colours and layout without motion or detail.</summary>
    [JsonStringEnumMemberName("mean-frame")]
    MeanFrame,

    /// <summary>Every frame is the middle one: one moment, as many visual tokens.</summary>
    [JsonStringEnumMemberName("single")]
    Single,

    /// <summary>The clip's frames in an order drawn for the clip.</summary>
    [JsonStringEnumMemberName("shuffled")]
    Shuffled,

    /// <summary>The clip's frames backwards.</summary>
    [JsonStringEnumMemberName("reversed")]
    Reversed,

    /// <summary>The frames of another clip of the same video: the same kitchen, person and light, another action.</summary>
    [JsonStringEnumMemberName("other-clip")]
    OtherClip,
}
