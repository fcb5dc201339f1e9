using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>A clip whose frames were asked for.</summary>
/// <param name="Work">What is to be asked about it.</param>
/// <param name="Frames">Its frames; null when blind or failed.</param>
/// <param name="Failure">Why it has none; null unless it failed.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record DecodedClip(ClipWork Work, ClipFrames? Frames, FrameReadException? Failure, double Milliseconds);
