namespace LLaVAction.Prompts;

/// <summary>
/// What temporal detection shows of a video: an action with padding before and after it (equations (6) and (7) of the
/// paper), and when in it the action starts and ends. All times are in seconds and rounded to hundredths as the original
/// rounds them: the relative ones are differences of rounded times.
/// </summary>
/// <param name="Start">Start of what is shown, in the video; never before it.</param>
/// <param name="Stop">End of what is shown, in the video; it may lie beyond it.</param>
/// <param name="ActionStart">Start of the action, from <paramref name="Start"/>.</param>
/// <param name="ActionStop">Its end, from <paramref name="Start"/>.</param>
public readonly record struct TemporalWindow(double Start, double Stop, double ActionStart, double ActionStop)
{
    /// <summary>The window around an action.</summary>
    /// <param name="actionStart">Start of the action, in the video.</param>
    /// <param name="actionStop">Its end.</param>
    /// <param name="paddingBefore">Seconds before it, 0 to <paramref name="delta"/>; what is left of it comes after.</param>
    /// <param name="delta">Seconds of padding in all.</param>
    public static TemporalWindow Around(double actionStart, double actionStop, double paddingBefore, double delta)
    {
        var start = PythonNumber.Round(Math.Max(0, actionStart - paddingBefore), 2);
        double Relative(double seconds) => PythonNumber.Round(PythonNumber.Round(seconds, 2) - start, 2);
        return new TemporalWindow(start, PythonNumber.Round(actionStop + (delta - paddingBefore), 2), Relative(actionStart), Relative(actionStop));
    }

    /// <summary>The same with padding drawn by a seed, as <c>build-training-set</c> draws it for the clip.</summary>
    public static TemporalWindow Drawn(double actionStart, double actionStop, long seed, string clipId, double delta) =>
        Around(actionStart, actionStop, new KeyedRandom(seed, clipId, "temporal-padding").NextDouble() * delta, delta);
}
