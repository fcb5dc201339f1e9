namespace LLaVAction.Epic;

/// <summary>One row of <c>EPIC_100_test_timestamps.csv</c>: a clip of the test set, without narration or classes.</summary>
/// <param name="NarrationId">Unique id of the row.</param>
/// <param name="ParticipantId">Participant, for example <c>P01</c>.</param>
/// <param name="VideoId">Video, for example <c>P01_11</c>.</param>
/// <param name="NarrationSeconds">When the narrator spoke, in seconds; null where the CSV has none.</param>
/// <param name="StartSeconds">Start of the clip in the video, in seconds.</param>
/// <param name="StopSeconds">End of the clip in the video, in seconds.</param>
/// <param name="StartFrame">First frame as the CSV gives it.</param>
/// <param name="StopFrame">Last frame as the CSV gives it.</param>
public sealed record ClipSegment(
    string NarrationId,
    string ParticipantId,
    string VideoId,
    double? NarrationSeconds,
    double StartSeconds,
    double StopSeconds,
    int StartFrame,
    int StopFrame);
