using LLaVAction.Runs;

namespace LLaVAction.Video.Frames;

/// <summary>What a frame reader needs to know of a clip.</summary>
/// <param name="NarrationId">Narration id, for example <c>P01_11_0</c>.</param>
/// <param name="ParticipantId">Participant, for example <c>P01</c>.</param>
/// <param name="VideoId">Video, for example <c>P01_11</c>.</param>
/// <param name="StartSeconds">Start of the clip in the video, in seconds.</param>
/// <param name="StopSeconds">End of the clip in the video, in seconds; 0 for a whole video.</param>
/// <param name="StartFrame">First frame of the CSV; used by the layout of numbered frames only.</param>
/// <param name="StopFrame">Last frame of the CSV; used by the layout of numbered frames only.</param>
public sealed record ClipReference(
    string NarrationId,
    string ParticipantId,
    string VideoId,
    double StartSeconds,
    double StopSeconds,
    int StartFrame,
    int StopFrame)
{
    /// <summary>Whether the clip is a whole video, from its first frame to its last.</summary>
    public bool IsWholeVideo => this is { StartSeconds: 0, StopSeconds: 0, StopFrame: 0 };
}

/// <summary>A frame policy and, for <see cref="FramePolicyKind.Stride"/>, the number of segments it strides over.</summary>
public sealed record FramePolicy(FramePolicyKind Kind, int ClipLength = 32)
{
    /// <summary>
    /// The share of a clip that must lie before the end of its video: frames spread over less would be frames of something
    /// else. AVION takes what there is.
    /// </summary>
    public double SmallestShare { get; init; } = Kind == FramePolicyKind.Avion ? 0 : UsualShare;

    /// <summary>The share that every policy but AVION's asks for.</summary>
    public const double UsualShare = 0.75;
}

/// <summary>
/// Reads the frames of clips from a folder of videos. Safe to call from several threads at once.
/// </summary>
public interface IFrameReader
{
    /// <summary>Which layout the folder has: <c>epic</c>, <c>chunks</c>, <c>frames</c> or <c>trimmed</c>.</summary>
    string Layout { get; }

    /// <summary>
    /// What, besides the files, decides on the pixels: the layout, and the hardware that decodes where it is not software.
    /// </summary>
    string Decoding => Layout;

    /// <summary>What was done otherwise than asked, one sentence each: hardware that could not decode. Empty as a rule.</summary>
    IReadOnlyList<string> Remarks => [];

    /// <summary>How many clips are worth reading at once for each decoder process: several where they are small.</summary>
    int ClipsPerProcess => 1;

    /// <summary>Whether there is a video for the clip; what it holds is not looked at.</summary>
    bool HasVideo(ClipReference clip) => true;

    /// <summary>
    /// Decodes a clip once, for all the frame counts asked.
    /// </summary>
    /// <exception cref="FrameReadException">The video is missing, or cannot be decoded; the run goes on with the next clip.</exception>
    Task<ClipFrames> ReadAsync(
        ClipReference clip,
        FramePolicy policy,
        IReadOnlyList<int> frameCounts,
        CancellationToken cancellationToken);

    /// <summary>What identifies the content that a clip's frames come from, wherever it lies.</summary>
    /// <exception cref="FrameReadException">The video is missing, or cannot be read.</exception>
    Task<string> IdentifyAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This reader does not tell where its frames come from.");

    /// <summary>
    /// Looks for the videos of clips, and holds what their names, numbers and headers say against the clips; decodes nothing.
    /// </summary>
    /// <param name="clips">The clips.</param>
    /// <param name="published">Rows of <c>EPIC_100_video_info.csv</c> by video, where there are any.</param>
    /// <param name="cancellationToken">Stops looking.</param>
    Task<VideoSurvey> SurveyAsync(
        IReadOnlyList<ClipReference> clips, IReadOnlyDictionary<string, Epic.VideoInfo> published, CancellationToken cancellationToken) =>
        Task.FromResult(new VideoSurvey(clips.Count));
}

/// <summary>Why a clip has no frames.</summary>
public enum FrameReadFailure
{
    /// <summary>No video file for the clip.</summary>
    MissingVideo,

    /// <summary>A file is there, and its frames cannot be read.</summary>
    DecodeError,

    /// <summary>The video ends before the clip does, so that too little of the clip exists.</summary>
    ShortVideo,
}

/// <summary>A clip whose frames cannot be read: a row with a status in the results, never a substitute frame.</summary>
public sealed class FrameReadException : Exception
{
    /// <summary>Creates the failure of one clip.</summary>
    public FrameReadException(FrameReadFailure failure, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
    }

    /// <summary>Why.</summary>
    public FrameReadFailure Failure { get; }
}
