using LLaVAction.Epic;
using LLaVAction.Models.Settings;
using LLaVAction.Video.Frames;

namespace LLaVAction.Evaluation.Actions;

/// <summary>Scores every action class of clips: a recogniser, or a video language model asked for all classes.</summary>
public interface IClipScorer : IDisposable
{
    /// <summary>The model.</summary>
    ModelDescription Description { get; }

    /// <summary>The class of each score.</summary>
    IReadOnlyList<ActionClass> Classes { get; }

    /// <summary>Frames that are read of a clip.</summary>
    int Frames { get; }

    /// <summary>How many clips it likes to get in one call.</summary>
    int PreferredClips { get; }

    /// <summary>Floating-point operations of a clip; null where unknown.</summary>
    double? OperationsPerClip { get; }

    /// <summary>What the scores depend on besides the model, by name.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Scores clips; a clip's scores do not depend on the others.</summary>
    IReadOnlyList<ClipScores> Score(IReadOnlyList<ClipFrames> clips, CancellationToken cancellationToken);
}

/// <summary>The scores of one clip.</summary>
/// <param name="Logits">One per class.</param>
/// <param name="Probabilities">One per class; they rank.</param>
/// <param name="Features">A vector that stands for the clip; empty where the model has none.</param>
public sealed record ClipScores(float[] Logits, float[] Probabilities, float[] Features);

/// <summary>Views of a clip, of which the probabilities are averaged.</summary>
/// <param name="Spatial">Squares along the long side: 1 or 3.</param>
/// <param name="Temporal">Sets of frames, interleaved.</param>
public readonly record struct ViewGrid(int Spatial, int Temporal)
{
    /// <summary>Reads <c>1</c>, <c>3</c> or <c>3x4</c> (spatial x temporal).</summary>
    /// <exception cref="InputException">The text is none of these.</exception>
    public static ViewGrid Parse(string text)
    {
        var parts = (text.Contains('x', StringComparison.Ordinal) ? text : text + "x1").Split('x');
        return parts.Length == 2 && parts[0] is "1" or "3" && int.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out var temporal) && temporal is >= 1 and <= 64
            ? new ViewGrid(parts[0] == "3" ? 3 : 1, temporal)
            : throw new InputException($"--views {text}: expected 1, 3, or 3xN (spatial x temporal), for example 3x2.");
    }

    /// <summary>The views as <c>3x2</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Spatial}x{Temporal}");
}
