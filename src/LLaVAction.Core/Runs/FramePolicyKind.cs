using System.ComponentModel;
using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>Which moments of a clip become frames.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FramePolicyKind>))]
public enum FramePolicyKind
{
    /// <summary>The midpoints of as many equal segments as there are frames.</summary>
    [JsonStringEnumMemberName("midpoint")]
    Midpoint,

    /// <summary>The midpoints of a fixed number of segments, of which every (segments / frames)-th is kept.</summary>
    [JsonStringEnumMemberName("stride")]
    Stride,

    /// <summary>As <see cref="Midpoint"/>, in whole frames at the video's average rate whatever the layout: AVION's frame choice.</summary>
    [JsonStringEnumMemberName("avion")]
    Avion,

    /// <summary>Equally spaced from the clip's first frame to its last, both included: LLaVA-Video's frame choice.</summary>
    [JsonStringEnumMemberName("linspace")]
    Linspace,

    /// <summary>
    /// One frame a second, as lmms-eval samples for LLaVA-Video: the frame count is the most; a longer clip has as many, as
    /// <see cref="Linspace"/> has them.
    /// </summary>
    [JsonStringEnumMemberName("fps")]
    OnePerSecond,

    /// <summary>Not known: another program chose the frames.</summary>
    [Browsable(false)]
    [JsonStringEnumMemberName("unstated")]
    Unstated,
}
