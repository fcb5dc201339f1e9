using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Testing.Videos;

/// <summary>Clips of test videos, and what their frames show.</summary>
public static class TestClips
{
    /// <summary>The default policy.</summary>
    public static FramePolicy Midpoint { get; } = new(FramePolicyKind.Midpoint);

    /// <summary>A clip of video <c>P01_11</c> with frame numbers as the CSVs have them.</summary>
    public static ClipReference Clip(double start, double stop, string video = "P01_11", string id = "P01_11_0", double csvRate = 60) =>
        new(id, "P01", video, start, stop, Math.Max(1, (int)(start * csvRate)), (int)(stop * csvRate));

    /// <summary>The numbers that the frames of one selection show.</summary>
    public static int[] Numbers(this ClipFrames frames, int count) => frames.Selections[count]
        .Select(index => FrameCode.Read(frames.Frames[index].Span, frames.Width, frames.Height))
        .ToArray();

    /// <summary>The times of one selection.</summary>
    public static double[] Times(this ClipFrames frames, int count) => frames.Selections[count].Select(index => frames.Seconds[index]).ToArray();

    /// <summary>Reads a clip under the default policy.</summary>
    public static Task<ClipFrames> ReadAsync(this IFrameReader reader, ClipReference clip, params int[] frameCounts) =>
        reader.ReadAsync(clip, Midpoint, frameCounts, CancellationToken.None);

    /// <summary>Asserts the midpoints that the original evaluation would take.</summary>
    public static int[] ReferenceFrames(double start, double stop, double rate, int count) =>
        Video.Frames.FrameSampler.FrameIndices(
            Video.Frames.FrameSampler.NearestFrame(start, rate), Video.Frames.FrameSampler.NearestFrame(stop, rate), count);
}
