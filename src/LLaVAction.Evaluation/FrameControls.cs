using System.Globalization;
using LLaVAction.Runs;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation;

/// <summary>The frames that a model is shown at one frame count.</summary>
/// <param name="Indices">Indices of the frames to show, in order.</param>
/// <param name="Seconds">Their presentation times, in seconds; for a mean frame, those of the frames it is the mean of.</param>
public sealed record ShownFrames(IReadOnlyList<int> Indices, IReadOnlyList<double> Seconds)
{
    /// <summary>The times from the start of a clip, never before it.</summary>
    public IReadOnlyList<double> SecondsIn(ClipReference clip) => [.. Seconds.Select(seconds => Math.Max(0, seconds - clip.StartSeconds))];
}

/// <summary>A clip's frames as a control leaves them.</summary>
/// <param name="Frames">What the vision tower gets.</param>
/// <param name="Shown">Frame count → what is shown.</param>
public sealed record ControlledFrames(ClipFrames Frames, IReadOnlyDictionary<int, ShownFrames> Shown);

/// <summary>Applies the controls that change frames.</summary>
public static class FrameControls
{
    /// <summary>The frames under a control.</summary>
    /// <param name="frames">The clip's frames.</param>
    /// <param name="control">The control; those that change no frame leave them as they are.</param>
    /// <param name="clipId">Narration id of the clip asked about, the key of every draw.</param>
    /// <param name="seed">Seed of every draw.</param>
    public static ControlledFrames Apply(ClipFrames frames, Control control, string clipId, long seed) => control switch
    {
        Control.Reversed => Reorder(frames, static (_, indices) => [.. indices.Reverse()]),
        Control.Shuffled => Reorder(frames, (count, indices) => Shuffle(indices, clipId, count, seed)),
        Control.Single => KeepMiddle(frames),
        Control.MeanFrame => Average(frames),
        _ => Reorder(frames, static (_, indices) => indices),
    };

    private static ControlledFrames Reorder(ClipFrames frames, Func<int, IReadOnlyList<int>, IReadOnlyList<int>> order) =>
        new(frames, frames.Selections.ToDictionary(
            selection => selection.Key,
            selection =>
            {
                var indices = order(selection.Key, selection.Value);
                return new ShownFrames(indices, Seconds(frames, indices));
            }));

    private static int[] Shuffle(IReadOnlyList<int> indices, string clipId, int count, long seed)
    {
        var random = new KeyedRandom(seed, clipId, string.Create(CultureInfo.InvariantCulture, $"shuffled/{count}"));
        var order = indices.ToArray();
        var isConstant = order.Distinct().Count() < 2;
        do
        {
            random.Shuffle(order.AsSpan());
        }
        while (!isConstant && order.SequenceEqual(indices));

        return order;
    }

    private static ControlledFrames KeepMiddle(ClipFrames frames)
    {
        var middles = frames.Selections.ToDictionary(selection => selection.Key, selection => selection.Value[selection.Value.Count / 2]);
        int[] kept = [.. middles.Values.Distinct().Order()];
        var single = frames with
        {
            Frames = [.. kept.Select(index => frames.Frames[index])],
            Seconds = [.. kept.Select(index => frames.Seconds[index])],
            Selections = middles.ToDictionary(
                middle => middle.Key,
                IReadOnlyList<int> (middle) => [.. Enumerable.Repeat(Array.IndexOf(kept, middle.Value), frames.Selections[middle.Key].Count)]),
        };
        return Reorder(single, static (_, indices) => indices);
    }

    private static ControlledFrames Average(ClipFrames frames)
    {
        var counts = frames.Selections.Keys.Order().ToArray();
        var mean = frames with
        {
            Frames = [.. counts.Select(count => Mean(frames, frames.Selections[count]))],
            Seconds = [.. counts.Select(count => frames.Selections[count].Average(index => frames.Seconds[index]))],
            Selections = counts.ToDictionary(
                count => count,
                IReadOnlyList<int> (count) => [.. Enumerable.Repeat(Array.IndexOf(counts, count), frames.Selections[count].Count)]),
        };
        return new ControlledFrames(mean, counts.ToDictionary(
            count => count,
            count => new ShownFrames(mean.Selections[count], Seconds(frames, frames.Selections[count]))));
    }

    // Rounded to the nearest level, halves up; a frame that the clip repeats counts as often as it is shown.
    private static ReadOnlyMemory<byte> Mean(ClipFrames frames, IReadOnlyList<int> indices)
    {
        var sums = new int[frames.Width * frames.Height * 3];
        foreach (var index in indices)
        {
            var pixels = frames.Frames[index].Span;
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += pixels[i];
            }
        }

        var mean = new byte[sums.Length];
        for (var i = 0; i < mean.Length; i++)
        {
            mean[i] = (byte)(((2 * sums[i]) + indices.Count) / (2 * indices.Count));
        }

        return mean;
    }

    private static double[] Seconds(ClipFrames frames, IReadOnlyList<int> indices) => [.. indices.Select(index => frames.Seconds[index])];
}
