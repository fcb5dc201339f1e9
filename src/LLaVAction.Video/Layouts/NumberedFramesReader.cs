using System.Collections.Concurrent;
using LLaVAction.Runs;
using LLaVAction.Video.Ffmpeg;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// Reads clips from folders of numbered images, <c>P01_11/frame_0000000001.jpg</c>, sampled between the CSV's start and stop
/// frame as the original evaluation does.
/// </summary>
internal sealed class NumberedFramesReader(VideoPaths paths, IVideoDecoder decoder) : IFrameReader
{
    // Rates that frames of EPIC-KITCHENS are numbered at, and other usual ones, in the order they are tried.
    private static readonly double[] NominalRates = [60, 50, 30, 25, 60_000 / 1001.0, 30_000 / 1001.0];

    private readonly ContentIdentity _identity = new();
    private readonly ConcurrentDictionary<string, FrameFolder> _folders = new(StringComparer.Ordinal);

    public string Layout => VideoLayouts.Frames;

    public int ClipsPerProcess => FfmpegDecoder.ClipsPerProcess;

    public IReadOnlyList<string> Remarks => decoder.Remarks;

    public bool HasVideo(ClipReference clip) => paths.TryFind(clip.VideoId) is not null;

    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        FramePlan.Validate(policy, frameCounts);
        VideoPaths.CheckIds(clip);
        var folder = FolderOf(paths.Find(clip, clip.VideoId));
        var plan = Plan(clip, folder, policy, frameCounts);
        var decoded = await decoder.DecodeImagesAsync([.. plan.Moments.Select(number => folder.Find(number)!)], cancellationToken);

        // Frame 1 is shown at time 0.
        var rate = NominalRate(clip);
        return ClipFramesBuilder.Build(
            clip, plan, decoded.Select((frame, index) => ((plan.Moments[index] - 1) / rate, frame)).ToArray());
    }

    public Task<string> IdentifyAsync(ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        VideoPaths.CheckIds(clip);
        var folder = FolderOf(paths.Find(clip, clip.VideoId));
        var plan = Plan(clip, folder, policy, frameCounts);
        return Task.FromResult(_identity.Of(plan.Moments.Select(number => folder.Find(number)!)));
    }

    public Task<VideoSurvey> SurveyAsync(
        IReadOnlyList<ClipReference> clips, IReadOnlyDictionary<string, Epic.VideoInfo> published, CancellationToken cancellationToken)
    {
        var survey = new VideoSurvey(clips.Count);
        foreach (var video in clips.GroupBy(static clip => clip.VideoId, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (paths.TryFind(video.Key) is not { } path)
            {
                survey.AddMissing(video.Key, video.Count());
            }
            else
            {
                var last = video.MaxBy(static clip => clip.StopFrame)!;
                if (!last.IsWholeVideo)
                {
                    CheckRate(survey, FolderOf(path), last, published.GetValueOrDefault(video.Key));
                }
            }
        }

        return Task.FromResult(survey);
    }

    // A folder extracted at another rate than the CSV counts at shows other moments than the clips', and shows it nowhere but in
    // how far its numbers go.
    private static void CheckRate(VideoSurvey survey, FrameFolder folder, ClipReference lastClip, Epic.VideoInfo? published)
    {
        const double Tolerance = 0.05;
        var rate = NominalRate(lastClip);
        var wanted = published is null ? lastClip.StopFrame : (int)(published.DurationSeconds * rate);
        var reachesEnd = folder.Find((int)(wanted * (1 - Tolerance))) is not null;
        var goesOn = published is not null && folder.Find((int)(wanted * (1 + Tolerance)) + 1) is not null;
        if (reachesEnd && !goesOn)
        {
            return;
        }

        // Where only the frames of some clips were kept, their numbers say nothing.
        var (last, count) = folder.Extent;
        if (count >= last * (1 - Tolerance))
        {
            survey.AddError(FormattableString.Invariant(
                $"{folder.FullName} has frames 1 to {last}, where {wanted} were expected (the annotations count {rate:0.##} a second): extracted at another rate, about {rate * last / wanted:0.##} a second, or incomplete. Extract the frames at {rate:0.##} a second."));
        }
    }

    private static FramePlan<int> Plan(ClipReference clip, FrameFolder folder, FramePolicy policy, IReadOnlyList<int> frameCounts)
    {
        if (clip.IsWholeVideo)
        {
            return FramePlan.ForFrames(1, folder.Extent.Last + 1, policy, frameCounts);
        }

        if (clip.StartFrame < 0 || clip.StopFrame < clip.StartFrame)
        {
            throw new FrameReadException(
                FrameReadFailure.DecodeError,
                $"{clip.NarrationId}: a clip from frame {clip.StartFrame} to frame {clip.StopFrame} is not possible. Correct its frames in the CSV.");
        }

        var (first, stop) = policy.Kind == FramePolicyKind.Avion
            ? (1 + FrameSampler.NearestFrame(clip.StartSeconds, NominalRate(clip)), 1 + FrameSampler.NearestFrame(clip.StopSeconds, NominalRate(clip)))
            : (clip.StartFrame, clip.StopFrame);
        var plan = FramePlan.ForFrames(first, stop, policy, frameCounts);
        var absent = plan.Moments.FirstOrDefault(number => folder.Find(number) is null, -1);
        if (absent < 0)
        {
            return plan;
        }

        // As in the other layouts, a clip ends no later than its video.
        var last = folder.Extent.Last;
        if (absent < last)
        {
            throw new FrameReadException(
                FrameReadFailure.DecodeError,
                $"{clip.NarrationId}: {Path.Combine(folder.FullName, folder.NameOf(absent))} is not there; the clip has frames {clip.StartFrame} to {clip.StopFrame}.");
        }

        ClipTimes.RequireShare(
            clip, policy.SmallestShare, last - first, stop - first, $"{folder.FullName} ends at frame {last}, and the clip has frames {clip.StartFrame} to {clip.StopFrame}");
        return FramePlan.ForFrames(first, last, policy, frameCounts);
    }

    // The rate at which the CSV's frame numbers follow from its times ('trunc(seconds · rate)').
    private static double NominalRate(ClipReference clip)
    {
        foreach (var rate in NominalRates)
        {
            if ((int)(clip.StopSeconds * rate) == clip.StopFrame)
            {
                return rate;
            }
        }

        return clip is { StopSeconds: > 0, StopFrame: > 0 } ? clip.StopFrame / clip.StopSeconds : NominalRates[0];
    }

    private FrameFolder FolderOf(string path) => _folders.GetOrAdd(path, static path => new FrameFolder(path));
}
