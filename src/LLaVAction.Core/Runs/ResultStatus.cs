using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>What became of a question.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResultStatus>))]
public enum ResultStatus
{
    /// <summary>The model answered, and the first scoring named could read the answer.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>The model answered, and the first scoring named could not read the answer; counts as wrong.</summary>
    [JsonStringEnumMemberName("unparsed")]
    Unparsed,

    /// <summary>A video is there, and the clip's frames cannot be read; counts as wrong.</summary>
    [JsonStringEnumMemberName("decode_error")]
    DecodeError,

    /// <summary>There is no video for the clip; counts as wrong.</summary>
    [JsonStringEnumMemberName("missing_video")]
    MissingVideo,

    /// <summary>A service declined to answer; counts as wrong.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The answer was cut off before its end, so that nothing is read from it; counts as wrong.</summary>
    [JsonStringEnumMemberName("truncated")]
    Truncated,

    /// <summary>A service gave no answer, however often it was asked; counts as wrong.</summary>
    [JsonStringEnumMemberName("no_answer")]
    NoAnswer,

    /// <summary>The video ends before the clip does, so that less than three quarters of the clip exists; counts as wrong.</summary>
    [JsonStringEnumMemberName("short_video")]
    ShortVideo,
}

/// <summary>Questions about a status.</summary>
public static class ResultStatuses
{
    /// <summary>True when the model never answered the question; <c>--retry-failed</c> asks it again.</summary>
    public static bool IsFailure(this ResultStatus status) =>
        status is ResultStatus.DecodeError or ResultStatus.MissingVideo or ResultStatus.ShortVideo or ResultStatus.NoAnswer;
}
