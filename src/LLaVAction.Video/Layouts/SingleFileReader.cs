using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// Reads clips of which each lies in one file: whole videos (<c>epic</c>), or one file per clip (<c>trimmed</c>). Frames are
/// found by presentation time, never by the CSV's frame numbers.
/// </summary>
/// <remarks>
/// In a file of constant frame rate the frames are those of the original evaluation at that rate: clip ends rounded to
/// frames, segment midpoints between them, truncated. In any other file a frame is taken where its presentation interval
/// (from its time to the next frame's) holds the midpoint of a segment of the clip.
/// </remarks>
internal sealed class SingleFileReader(VideoPaths paths, IVideoDecoder decoder, bool isTrimmed) : IFrameReader
{
    private readonly ContentIdentity _identity = new();

    public string Layout => isTrimmed ? VideoLayouts.Trimmed : VideoLayouts.Epic;

    public string Decoding => decoder.Describe(Layout);

    public IReadOnlyList<string> Remarks => decoder.Remarks;

    public bool HasVideo(ClipReference clip) => paths.TryFind(IdOf(clip)) is not null;

    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        FramePlan.Validate(policy, frameCounts);
        VideoPaths.CheckIds(clip);
        var times = ClipTimes.Of(clip, policy);
        var file = new VideoFile(decoder, paths.Find(clip, IdOf(clip)));
        var info = await file.ProbeAsync(cancellationToken);

        if (info is { ConstantFrameRate: { } rate, DurationSeconds: { } duration })
        {
            var plan = PlanByIndex(times, rate, (int)Math.Round(duration * rate), policy, frameCounts);
            var frames = await file.TryReadByIndexAsync(rate, plan.Moments, cancellationToken);
            if (frames is not null)
            {
                return Build(times, plan, frames);
            }
        }

        return await ReadListedAsync(file, times, info, policy, frameCounts, cancellationToken);
    }

    public Task<string> IdentifyAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        VideoPaths.CheckIds(clip);
        return Task.FromResult(_identity.Of([paths.Find(clip, IdOf(clip))]));
    }

    public async Task<VideoSurvey> SurveyAsync(
        IReadOnlyList<ClipReference> clips, IReadOnlyDictionary<string, Epic.VideoInfo> published, CancellationToken cancellationToken)
    {
        var survey = new VideoSurvey(clips.Count);
        foreach (var video in clips.GroupBy(IdOf, StringComparer.Ordinal))
        {
            if (paths.TryFind(video.Key) is not { } path)
            {
                survey.AddMissing(video.Key, video.Count());
            }
            else if (published.TryGetValue(video.Key, out var expected))
            {
                await CheckDurationAsync(survey, path, expected.DurationSeconds, cancellationToken);
            }
        }

        return survey;
    }

    private async Task CheckDurationAsync(VideoSurvey survey, string path, double expected, CancellationToken cancellationToken)
    {
        const double Tolerance = 1;
        try
        {
            var found = (await decoder.ProbeAsync(path, cancellationToken)).DurationSeconds;
            if (found < expected - Tolerance)
            {
                survey.AddWarning(FormattableString.Invariant(
                    $"{path} lasts {found:0.#} s, and EPIC_100_video_info.csv says {expected:0.#} s: clips after its end will be missing (short_video)."));
            }
        }
        catch (FrameReadException failure)
        {
            survey.AddWarning(failure.Message);
        }
    }

    // The way for files whose frames are not where a constant rate would have them.
    private async Task<ClipFrames> ReadListedAsync(
        VideoFile file, ClipTimes times, StreamInfo info, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        var frameTimes = await file.ListFrameTimesAsync(cancellationToken);
        var origin = isTrimmed ? times.Start : 0;
        file.CheckComplete(frameTimes[^1], times.Stop - origin, info);
        FramePlan<int> plan;
        if (info.ConstantFrameRate is { } frameRate)
        {
            // Some frames are missing or late: an index stands for the middle of its interval.
            plan = PlanByIndex(times, frameRate, FrameSampler.NearestFrame(frameTimes[^1], frameRate) + 1, policy, frameCounts)
                .Select(index => FrameShownAt(frameTimes, (index + 0.5) / frameRate));
        }
        else if (policy.Kind is FramePolicyKind.Avion or FramePolicyKind.OnePerSecond)
        {
            plan = PlanByIndex(times, info.AverageFrameRate, frameTimes.Count, policy, frameCounts);
        }
        else
        {
            var lastTime = origin + frameTimes[^1];
            times.RequireEnd(lastTime + (1 / info.AverageFrameRate));
            plan = FramePlan.ForTimes(times.Start, Math.Min(times.Stop, lastTime), policy, frameCounts)
                .Select(seconds => FrameShownAt(frameTimes, seconds - origin));
        }

        return Build(times, plan, await file.ReadByPositionAsync(frameTimes, plan.Moments, cancellationToken));
    }

    private FramePlan<int> PlanByIndex(
        ClipTimes times, double frameRate, int framesInFile, FramePolicy policy, IReadOnlyList<int> frameCounts)
    {
        if (!isTrimmed)
        {
            var (first, last) = times.FrameSpan(frameRate, framesInFile - 1);
            return FramePlan.ForFrames(first, times.Clip.IsWholeVideo ? framesInFile : last, policy, frameCounts, frameRate);
        }

        // The file begins at the frame nearest the clip's start and ends with the frame before the clip's end, give or take
        // one by how it was cut; the segments are the whole video's all the same.
        var origin = FrameSampler.NearestFrame(times.Start, frameRate);
        var (begin, end) = times.FrameSpan(frameRate, origin + framesInFile + 1);
        return FramePlan.ForFrames(begin, times.Clip.IsWholeVideo ? framesInFile : end, policy, frameCounts, frameRate).Select(index => Math.Min(index - origin, framesInFile - 1));
    }

    private static int FrameShownAt(IReadOnlyList<double> frameTimes, double seconds)
    {
        int low = 0, high = frameTimes.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = frameTimes[middle] <= seconds ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    private ClipFrames Build(ClipTimes times, FramePlan<int> plan, DecodedFrame[] frames) =>
        ClipFramesBuilder.Build(times.Clip, plan, frames.Select(frame => ((isTrimmed ? times.Start : 0) + frame.Seconds, frame)).ToArray());

    private string IdOf(ClipReference clip) => isTrimmed ? clip.NarrationId : clip.VideoId;
}
