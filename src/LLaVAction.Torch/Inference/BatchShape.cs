using System.Globalization;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// The fixed shapes that frames and prompts are computed in, whoever shares them: frames in chunks of one size, prompts in
/// rows padded to a multiple of a length. What is missing is padded, so that a result never depends on its neighbours.
/// </summary>
/// <param name="VisionFrames">Frames of one pass through the vision tower.</param>
/// <param name="SuffixRows">Prompts of one pass over a shared prefix, at most.</param>
/// <param name="LengthMultiple">What the length of a prompt's own part is padded to a multiple of.</param>
internal sealed record BatchShape(int VisionFrames, int SuffixRows, int LengthMultiple)
{
    // Tokens of one pass over a prefix, and tokens beyond which a prompt's own part is not worth sharing one.
    public const int MostSuffixTokens = 1024;

    private const int MostSuffixRows = 8;

    public static BatchShape Single { get; } = new(1, 1, 1);

    /// <summary>What suits a device.</summary>
    /// <param name="isCuda">Whether it is a GPU.</param>
    /// <param name="promptsPerClip">How many prompts a selection of frames is usually asked; null where unknown.</param>
    public static BatchShape For(bool isCuda, int? promptsPerClip)
    {
        if (!isCuda)
        {
            return new BatchShape(1, 1, 16);
        }

        var prompts = Math.Max(1, promptsPerClip ?? 4);
        var passes = (prompts + MostSuffixRows - 1) / MostSuffixRows;
        return new BatchShape(8, (prompts + passes - 1) / passes, 32);
    }

    public int PaddedLength(int tokens) => (tokens + LengthMultiple - 1) / LengthMultiple * LengthMultiple;

    public int RowsAt(int paddedLength) => Math.Clamp(MostSuffixTokens / paddedLength, 1, SuffixRows);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{VisionFrames} frames, {SuffixRows} prompts, lengths in {LengthMultiple}s");
}
