using System.Globalization;

namespace LLaVAction.Prompts;

/// <summary>The sentence that tells the model how long the clip is.</summary>
public static class TimeInstruction
{
    /// <summary>
    /// The sentence of the original, which goes directly before the perspective with nothing between them
    /// (<c>…sampled from it.You are seeing…</c>). Released training scripts had it on; the original's evaluation had it
    /// off by default.
    /// </summary>
    /// <param name="durationSeconds">Length of the clip, in seconds.</param>
    /// <param name="frames">
    /// How many frames were sampled. Where frames are strided down (clip length 32, every fourth shown), the original
    /// names the clip length.
    /// </param>
    public static string Text(double durationSeconds, int frames) =>
        Sentence(PythonNumber.Fixed(durationSeconds, 3), frames.ToString(CultureInfo.InvariantCulture));

    /// <summary>The sentence around a length and a number of frames that are written already.</summary>
    public static string Sentence(string duration, string frames) =>
        $"The provided video lasts for {duration} seconds, and {frames} frames are uniformly sampled from it.";
}
