using System.Globalization;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Video.Layouts;

/// <summary>
/// Reads clips from folders of numbered images, <c>P01_11/frame_0000000001.jpg</c>, sampled between the CSV's start and stop
/// frame as the original evaluation does.
/// </summary>
internal sealed class NumberedFramesReader(VideoPaths paths, IVideoDecoder decoder) : IFrameReader
{
    private const string Prefix = "frame_";

    /// <summary>Rates that frames of EPIC-KITCHENS are numbered at, and other usual ones, in the order they are tried.</summary>
    private static readonly double[] NominalRates = [60, 50, 30, 25, 60_000 / 1001.0, 30_000 / 1001.0];

    public string Layout => VideoLayouts.Frames;

    public bool HasVideo(ClipReference clip) => VideoPaths.Exists(() => Find(clip));

    public async Task<ClipFrames> ReadAsync(
        ClipReference clip, FramePolicy policy, IReadOnlyList<int> frameCounts, CancellationToken cancellationToken)
    {
        FramePlan.Validate(policy, frameCounts);
        VideoPaths.CheckIds(clip);
        var folder = Find(clip);
        var plan = Plan(clip, folder, policy, frameCounts);
        var decoded = await decoder.DecodeImagesAsync([.. plan.Moments.Select(number => PathOf(folder, number))], cancellationToken);

        // Frame 1 is shown at time 0.
        var rate = NominalRate(clip);
        return ClipFramesBuilder.Build(
            clip, plan, decoded.Select((frame, index) => ((plan.Moments[index] - 1) / rate, frame)).ToArray());
    }

    private static FramePlan<int> Plan(ClipReference clip, string folder, FramePolicy policy, IReadOnlyList<int> frameCounts)
    {
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
        var absent = plan.Moments.FirstOrDefault(number => !File.Exists(PathOf(folder, number)), -1);
        if (absent < 0)
        {
            return plan;
        }

        // As in the other layouts, a clip ends no later than its video.
        var last = LastFrame(folder);
        if (last < first || absent < last)
        {
            throw new FrameReadException(
                FrameReadFailure.DecodeError,
                $"{clip.NarrationId}: {PathOf(folder, absent)} is not there; the clip has frames {clip.StartFrame} to {clip.StopFrame}.");
        }

        return FramePlan.ForFrames(first, last, policy, frameCounts);
    }

    /// <summary>The highest number of any frame in the folder; 0 when there is none.</summary>
    private static int LastFrame(string folder)
    {
        var last = 0;
        foreach (var file in Directory.EnumerateFiles(folder, Prefix + "*.jpg"))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(file.AsSpan())[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                last = Math.Max(last, number);
            }
        }

        return last;
    }

    /// <summary>The rate at which the CSV's frame numbers follow from its times (<c>trunc(seconds · rate)</c>).</summary>
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

    private static string PathOf(string folder, int number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number:D10}.jpg"));

    private string Find(ClipReference clip)
    {
        string[] candidates =
        [
            paths.Under(clip.VideoId),
            paths.Under(clip.ParticipantId, clip.VideoId),
            paths.Under(clip.ParticipantId, "rgb_frames", clip.VideoId),
        ];
        return Array.Find(candidates, Directory.Exists)
            ?? throw paths.Missing(clip, $"{clip.VideoId}/, {clip.ParticipantId}/{clip.VideoId}/ and {clip.ParticipantId}/rgb_frames/{clip.VideoId}/");
    }
}
