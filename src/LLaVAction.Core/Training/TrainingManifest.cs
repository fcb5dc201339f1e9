using System.Text.Json.Serialization;

namespace LLaVAction.Training;

/// <summary>When it is decided which rows are shown with their prior actions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PriorActionDraw>))]
public enum PriorActionDraw
{
    /// <summary>Once: a row carries <see cref="TrainingRow.PriorActions"/> exactly when it is to be shown with them.</summary>
    [JsonStringEnumMemberName("build")]
    Build,

    /// <summary>Anew in every epoch: every row that has prior actions carries them, and the trainer shows the share that the manifest states.</summary>
    [JsonStringEnumMemberName("load")]
    Load,
}
