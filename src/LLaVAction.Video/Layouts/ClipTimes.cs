using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>A clip's times, checked and rounded to hundredths of a second, and its frames on a video's clock.</summary>
/// <param name="Clip">The clip, for messages.</param>
/// <param name="Start">Start in the video, in seconds.</param>
/// <param name="Stop">End in the video, in seconds; not before the start. Of a whole video a time after any end.</param>
/// <param name="SmallestShare">The share of the clip that must exist.</param>
internal readonly record struct ClipTimes(ClipReference Clip, double Start, double Stop, double SmallestShare)
{
    // Longer than any video (11 days), and short enough for frame numbers to fit in 32 bits.
    private const double LongestVideoSeconds = 1e6;

    /// <exception cref="FrameReadException">The times are not those of a clip.</exception>
    public static ClipTimes Of(ClipReference clip, FramePolicy policy)
    {
        var start = FrameSampler.RoundToHundredths(clip.StartSeconds);
        var stop = FrameSampler.RoundToHundredths(clip.StopSeconds);
        if (clip.IsWholeVideo)
        {
            return new ClipTimes(clip, 0, LongestVideoSeconds, SmallestShare: 0);
        }

        return start >= 0 && stop >= start && stop <= LongestVideoSeconds
            ? new ClipTimes(clip, start, stop, policy.SmallestShare)
            : throw Failure(clip, $"a clip from {clip.StartSeconds} s to {clip.StopSeconds} s is not possible. Correct its times in the CSV.");
    }

    /// <summary>
    /// First and last frame between which frames are sampled: the nearest to the clip's ends, halves to even, the end no
    /// later than the video's last frame.
    /// </summary>
    /// <param name="frameRate">Frames per second.</param>
    /// <param name="lastFrame">0-based index of the video's last frame.</param>
    /// <exception cref="FrameReadException">Too little of the clip is there.</exception>
    public (int First, int Last) FrameSpan(double frameRate, int lastFrame)
    {
        RequireEnd((lastFrame + 1) / frameRate);
        var last = FrameSampler.NearestFrame(Math.Min(Stop, lastFrame / frameRate), frameRate);
        return (Math.Min(FrameSampler.NearestFrame(Start, frameRate), last), last);
    }

    /// <summary>Checks that enough of the clip lies before the end of its video.</summary>
    /// <exception cref="FrameReadException">Less than <see cref="SmallestShare"/> of it does.</exception>
    public void RequireEnd(double videoSeconds)
    {
        var from = FormattableString.Invariant($"the clip is from {Start} s to {Stop} s, but its video ends at {Math.Max(0, videoSeconds):0.###} s");
        if (Start >= videoSeconds)
        {
            throw new FrameReadException(FrameReadFailure.ShortVideo, $"{Clip.NarrationId}: {from}.");
        }

        RequireShare(Clip, SmallestShare, videoSeconds - Start, Stop - Start, from);
    }

    /// <summary>Checks that enough of a clip is there.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="smallestShare">The share that must exist.</param>
    /// <param name="present">How much of it exists, in any unit.</param>
    /// <param name="whole">How long it is, in the same unit.</param>
    /// <param name="what">What was found.</param>
    /// <exception cref="FrameReadException">Less of it exists.</exception>
    public static void RequireShare(ClipReference clip, double smallestShare, double present, double whole, string what)
    {
        if (present < smallestShare * whole)
        {
            throw new FrameReadException(
                FrameReadFailure.ShortVideo,
                FormattableString.Invariant($"{clip.NarrationId}: {what}: {Math.Max(0, present / whole):0 %} of the clip exists, and at least {smallestShare:0 %} must."));
        }
    }

    private static FrameReadException Failure(ClipReference clip, FormattableString message) =>
        new(FrameReadFailure.DecodeError, $"{clip.NarrationId}: {FormattableString.Invariant(message)}");
}
