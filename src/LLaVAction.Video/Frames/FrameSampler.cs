namespace LLaVAction.Video.Frames;

/// <summary>
/// Which frames of a clip are looked at: the arithmetic of the original evaluation, number for number. It computes in
/// double precision and in the order NumPy does, so that even counts that are not powers of two agree.
/// </summary>
public static class FrameSampler
{
    /// <summary>
    /// Midpoints of <paramref name="segments"/> equal segments between <paramref name="start"/> and
    /// <paramref name="end"/>: the means of neighbours in <c>linspace(start, end, segments + 1)</c>.
    /// </summary>
    /// <param name="start">Where the first segment begins, in any unit.</param>
    /// <param name="end">Where the last segment ends, in the same unit; not before <paramref name="start"/>.</param>
    /// <param name="segments">How many segments, at least 1.</param>
    public static double[] SegmentMidpoints(double start, double end, int segments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(segments, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);

        var step = (end - start) / segments;
        var midpoints = new double[segments];
        var left = start;
        for (var i = 0; i < segments; i++)
        {
            var right = i + 1 == segments ? end : ((i + 1) * step) + start;
            midpoints[i] = (0.5 * left) + (0.5 * right);
            left = right;
        }

        return midpoints;
    }

    /// <summary>
    /// Indices of the frames at the midpoints of equal segments between two frames (<c>get_frame_ids</c> without jitter):
    /// <c>trunc(start + (end − start)(2i + 1) / 2N)</c>. A short clip repeats frames.
    /// </summary>
    public static int[] FrameIndices(int startFrame, int endFrame, int segments) =>
        Array.ConvertAll(SegmentMidpoints(startFrame, endFrame, segments), static midpoint => (int)midpoint);

    /// <summary>
    /// <paramref name="count"/> indices spread over a whole video, first and last frame included
    /// (<c>linspace(0, total − 1, count, dtype=int)</c>, the sampling of LLaVA-Video and lmms-eval).
    /// </summary>
    public static int[] UniformIndices(int totalFrames, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);

        var last = totalFrames - 1;
        if (count == 1)
        {
            return [0];
        }

        var step = (double)last / (count - 1);
        var indices = new int[count];
        for (var i = 0; i < count; i++)
        {
            indices[i] = i == count - 1 ? last : (int)(i * step);
        }

        return indices;
    }

    /// <summary>
    /// Every n-th frame of a video, n being its rate rounded, halves to even: one a second. Where that is more than
    /// <paramref name="most"/>, as many as <see cref="UniformIndices"/> has them.
    /// </summary>
    public static int[] OnePerSecond(int totalFrames, double framesPerSecond, int most)
    {
        var step = Math.Max(1, (int)Math.Round(framesPerSecond, MidpointRounding.ToEven));
        var count = (totalFrames + step - 1) / step;
        return count > most ? UniformIndices(totalFrames, most) : [.. Enumerable.Range(0, count).Select(i => i * step)];
    }

    /// <summary><paramref name="count"/> values from <paramref name="start"/> to <paramref name="end"/>, both included; the first alone for one.</summary>
    public static double[] Linspace(double start, double end, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        var step = count == 1 ? 0 : (end - start) / (count - 1);
        return [.. Enumerable.Range(0, count).Select(i => i > 0 && i == count - 1 ? end : (i * step) + start)];
    }

    /// <summary>The frame nearest a time, halves to even: <c>int(round(seconds · framesPerSecond))</c>.</summary>
    public static int NearestFrame(double seconds, double framesPerSecond) =>
        checked((int)Math.Round(seconds * framesPerSecond, MidpointRounding.ToEven));

    /// <summary>
    /// A time rounded to hundredths of a second as the original rounds the CSV's times before use (Python's
    /// <c>round(x, 2)</c>: the nearest hundredth of the exact binary value, exact ties to even).
    /// </summary>
    public static double RoundToHundredths(double seconds)
    {
        var scaled = seconds * 100;
        var lost = Math.FusedMultiplyAdd(seconds, 100, -scaled);
        var rounded = Math.Round(scaled, MidpointRounding.ToEven);

        // The product may have been rounded onto a tie, or off it by less than an ulp; what was lost decides.
        var distance = scaled - Math.Floor(scaled);
        if (distance == 0.5 && lost != 0)
        {
            rounded = lost > 0 ? Math.Ceiling(scaled) : Math.Floor(scaled);
        }

        return rounded / 100;
    }
}
