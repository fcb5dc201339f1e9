using LLaVAction.Runs;

namespace LLaVAction.Video.Frames;

/// <summary>
/// The distinct moments of a clip that are needed, ascending, and which of them each frame count uses. A moment is a frame
/// index, a time or a time stamp.
/// </summary>
/// <param name="Moments">The moments, ascending, each once.</param>
/// <param name="Selections">
/// Frame count → that many indices (fewer under <see cref="FramePolicyKind.OnePerSecond"/>) into <paramref name="Moments"/>, ascending; an index repeats where the clip is short.
/// </param>
public sealed record FramePlan<T>(IReadOnlyList<T> Moments, IReadOnlyDictionary<int, IReadOnlyList<int>> Selections)
    where T : IComparable<T>
{
    /// <summary>
    /// The same plan over what each moment becomes; moments that become the same are one from then on.
    /// </summary>
    /// <param name="selector">Must not reverse the order of any two moments.</param>
    public FramePlan<TResult> Select<TResult>(Func<T, TResult> selector)
        where TResult : IComparable<TResult> =>
        FramePlan.Create(Selections.ToDictionary(
            static selection => selection.Key,
            selection => selection.Value.Select(index => selector(Moments[index])).ToArray()));
}

/// <summary>Makes frame plans from a policy and the frame counts asked for.</summary>
public static class FramePlan
{
    /// <summary>The plan over frame indices between two frames (constant frame rate, numbered frames).</summary>
    /// <param name="startFrame">The first frame.</param>
    /// <param name="endFrame">The frame after the last.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="frameCounts">The counts.</param>
    /// <param name="frameRate">
    /// Frames per second, at which <see cref="FramePolicyKind.OnePerSecond"/> counts; null where nobody knows it, and then as
    /// many frames as asked are spread, as lmms-eval does with folders of images.
    /// </param>
    /// <exception cref="InputException">A frame count is not possible under the policy.</exception>
    public static FramePlan<int> ForFrames(int startFrame, int endFrame, FramePolicy policy, IReadOnlyList<int> frameCounts, double? frameRate = null)
    {
        var frames = Math.Max(1, endFrame - startFrame);
        int[] FromStart(int[] indices) => Array.ConvertAll(indices, index => startFrame + index);
        return Create(Spread(policy, frameCounts, count => policy.Kind switch
        {
            FramePolicyKind.OnePerSecond when frameRate is { } rate => FromStart(FrameSampler.OnePerSecond(frames, rate, count)),
            FramePolicyKind.Linspace or FramePolicyKind.OnePerSecond => FromStart(FrameSampler.UniformIndices(frames, count)),
            _ => FrameSampler.FrameIndices(startFrame, endFrame, count),
        }));
    }

    /// <summary>The plan over times between two times, in seconds (variable frame rate).</summary>
    /// <exception cref="InputException">A frame count is not possible under the policy.</exception>
    public static FramePlan<double> ForTimes(double startSeconds, double stopSeconds, FramePolicy policy, IReadOnlyList<int> frameCounts) =>
        Create(Spread(policy, frameCounts, count => policy.Kind == FramePolicyKind.Linspace
            ? FrameSampler.Linspace(startSeconds, stopSeconds, count)
            : FrameSampler.SegmentMidpoints(startSeconds, stopSeconds, count)));

    /// <summary>Checks frame counts against a policy before any work is done.</summary>
    /// <exception cref="InputException">A count is below 1, or the policy's clip length is not a multiple of it.</exception>
    public static void Validate(FramePolicy policy, IReadOnlyList<int> frameCounts)
    {
        if (frameCounts.Count == 0)
        {
            throw new InputException("No frame count was given. Ask for at least one, for example --frames 8.");
        }

        foreach (var count in frameCounts)
        {
            if (count < 1)
            {
                throw new InputException($"Frame count {count} is not possible. Ask for 1 or more, for example --frames 8.");
            }

            if (policy.Kind == FramePolicyKind.Stride && (policy.ClipLength < count || policy.ClipLength % count != 0))
            {
                throw new InputException(
                    $"Frame count {count} does not divide the clip length {policy.ClipLength} of the stride policy. "
                    + "Choose counts that divide --clip-length, or use --frame-policy midpoint.");
            }
        }
    }

    internal static FramePlan<T> Create<T>(IReadOnlyDictionary<int, T[]> momentsByCount)
        where T : IComparable<T>
    {
        var moments = momentsByCount.Values.SelectMany(static moments => moments).Distinct().Order().ToArray();
        var selections = momentsByCount.ToDictionary(
            static entry => entry.Key,
            entry => (IReadOnlyList<int>)Array.ConvertAll(entry.Value, moment => Array.BinarySearch(moments, moment)));
        return new FramePlan<T>(moments, selections);
    }

    private static Dictionary<int, T[]> Spread<T>(FramePolicy policy, IReadOnlyList<int> frameCounts, Func<int, T[]> sample)
    {
        Validate(policy, frameCounts);
        var momentsByCount = new Dictionary<int, T[]>();
        foreach (var count in frameCounts.Distinct())
        {
            momentsByCount[count] = policy.Kind == FramePolicyKind.Stride
                ? EveryNth(sample(policy.ClipLength), policy.ClipLength / count)
                : sample(count);
        }

        return momentsByCount;
    }

    private static T[] EveryNth<T>(T[] moments, int step) => moments.Where((_, index) => index % step == 0).ToArray();
}
