using System.Text.Json.Serialization;

namespace LLaVAction.Recognizers.Writing;

/// <summary>Formats that a dump can be written in; <see cref="PredictionDumpReader"/> reads all but the last.</summary>
public enum DumpFormat
{
    /// <summary><c>narration_id,rank,verb_class,noun_class,score</c>.</summary>
    [JsonStringEnumMemberName("csv")]
    Csv,

    /// <summary>The EPIC-KITCHENS-100 submission: <c>test.json</c> in a zip.</summary>
    [JsonStringEnumMemberName("submission")]
    Submission,

    /// <summary>AVION's dict of logits, probs and targets.</summary>
    [JsonStringEnumMemberName("avion-pickle")]
    AvionPickle,

    /// <summary>NumPy's zip of arrays: logits, probs, narration_ids, classes.</summary>
    [JsonStringEnumMemberName("npz")]
    Npz,
}
