using System.Globalization;

namespace LLaVAction.Prompts;

/// <summary>Whose words tell the model how long the clip is.</summary>
public enum TimeInstructionStyle
{
    /// <summary>LLaVAction's sentence, directly before the perspective.</summary>
    Llavaction,

    /// <summary>LLaVA-Video's, with the time of each frame, on a line of its own.</summary>
    LlavaVideo,
}

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

    /// <summary>
    /// LLaVA-Video's own, as its model card and training have it; its line ends after it. Without frame times (a blind run)
    /// it is the form of LLaVAction's data replay.
    /// </summary>
    /// <param name="durationSeconds">Length of the clip, in seconds.</param>
    /// <param name="frames">How many frames are shown.</param>
    /// <param name="frameSeconds">Their times from the start of the clip, in seconds; empty where there are none.</param>
    public static string LlavaVideoText(double durationSeconds, int frames, IReadOnlyList<double> frameSeconds) => LlavaVideoSentence(
        PythonNumber.Fixed(durationSeconds, 2),
        frames.ToString(CultureInfo.InvariantCulture),
        string.Join(',', frameSeconds.Select(static seconds => PythonNumber.Fixed(seconds, 2) + "s")));

    /// <summary>LLaVA-Video's own around values that are written already.</summary>
    public static string LlavaVideoSentence(string duration, string frames, string times) =>
        $"The video lasts for {duration} seconds, and {frames} frames are uniformly sampled from it. "
        + (times.Length > 0 ? $"These frames are located at {times}." : "")
        + "Please answer the following questions related to this video.\n";
}
