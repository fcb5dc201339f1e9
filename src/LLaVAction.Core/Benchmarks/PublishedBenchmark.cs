using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>A multiple-choice benchmark of other people, imported as published: its questions, prompts and scorer are its own.</summary>
[JsonConverter(typeof(SettingConverter<PublishedBenchmark>))]
public enum PublishedBenchmark
{
    /// <summary>EgoSchema: three minutes of egocentric video, five options (Mangalam et al. 2023).</summary>
    [JsonStringEnumMemberName("egoschema")]
    EgoSchema,

    /// <summary>MVBench: 20 temporal tasks (Li et al. 2024).</summary>
    [JsonStringEnumMemberName("mvbench")]
    MvBench,

    /// <summary>Video-MME, with or without subtitles (Fu et al. 2024).</summary>
    [JsonStringEnumMemberName("video-mme")]
    VideoMme,

    /// <summary>LongVideoBench (Wu et al. 2024).</summary>
    [JsonStringEnumMemberName("longvideobench")]
    LongVideoBench,

    /// <summary>NExT-QA, multiple choice (Xiao et al. 2021).</summary>
    [JsonStringEnumMemberName("nextqa")]
    NextQa,

    /// <summary>Perception Test, multiple choice (Pătrăucean et al. 2023).</summary>
    [JsonStringEnumMemberName("perception-test")]
    PerceptionTest,
}
