using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>A clip's times, checked and rounded to hundredths of a second, and its frames on a video's clock.</summary>
/// <param name="Clip">The clip, for messages.</param>
/// <param name="Start">Start in the video, in seconds.</param>
/// <param name="Stop">End in the video, in seconds; not before the start.</param>
internal readonly record struct ClipTimes(ClipReference Clip, double Start, double Stop)
{
    /// <summary>Longer than any video (11 days), and short enough for frame numbers to fit in 32 bits.</summary>
    private const double LongestVideoSeconds = 1e6;

    /// <exception cref="FrameReadException">The times are not those of a clip.</exception>
    public static ClipTimes Of(ClipReference clip)
    {
        var start = FrameSampler.RoundToHundredths(clip.StartSeconds);
        var stop = FrameSampler.RoundToHundredths(clip.StopSeconds);
        return start >= 0 && stop >= start && stop <= LongestVideoSeconds
            ? new ClipTimes(clip, start, stop)
            : throw Failure(clip, $"a clip from {clip.StartSeconds} s to {clip.StopSeconds} s is not possible. Correct its times in the CSV.");
    }

    /// <summary>
    /// First and last frame between which frames are sampled: the nearest to the clip's ends, halves to even, the end no
    /// later than the video's last frame.
    /// </summary>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="lastFrame">0-based index of the video's last frame.</param>
    /// <exception cref="FrameReadException">The clip starts after the last frame.</exception>
    public (int First, int Last) FrameSpan(double frameRate, int lastFrame)
    {
        if (lastFrame < 0 || Start * frameRate >= lastFrame + 1)
        {
            throw PastTheEnd((lastFrame + 1) / frameRate);
        }

        var last = FrameSampler.NearestFrame(Math.Min(Stop, lastFrame / frameRate), frameRate);
        return (Math.Min(FrameSampler.NearestFrame(Start, frameRate), last), last);
    }

    /// <summary>The failure of a clip that starts where its video has ended.</summary>
    public FrameReadException PastTheEnd(double videoSeconds) =>
        Failure(Clip, $"the clip starts at {Start} s, but its video ends at {videoSeconds:0.###} s.");

    private static FrameReadException Failure(ClipReference clip, FormattableString message) =>
        new(FrameReadFailure.DecodeError, $"{clip.NarrationId}: {FormattableString.Invariant(message)}");
}
