using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;

namespace LLaVAction.Models.Engines;

/// <summary>
/// What one question about one clip needs: tokens, memory and operations, counted from the configuration alone. Sizes are
/// of the tensors themselves; what an engine or an allocator holds beside them is not in it.
/// </summary>
/// <remarks>
/// A multiplication and the addition after it count as two operations; norms, activations and softmax are left out, and
/// the output head counts at one position. Attention in the language model is causal: half of the square.
/// </remarks>
public sealed record ModelRequirements
{
    /// <summary>Frames of the clip.</summary>
    public required int Frames { get; init; }

    /// <summary>Tokens that the frames become.</summary>
    public required int VisualTokens { get; init; }

    /// <summary>Length of the whole prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Bytes of keys and values per token.</summary>
    public required long CacheBytesPerToken { get; init; }

    /// <summary>Bytes of keys and values of the whole prompt.</summary>
    public long CacheBytes => CacheBytesPerToken * PromptTokens;

    /// <summary>
    /// Bytes of hidden states in the widest layer: all frames of the clip in the vision tower, or the whole prompt in the
    /// language model, whichever is more.
    /// </summary>
    public required long ActivationBytes { get; init; }

    /// <summary>Floating-point operations of the vision tower and the projector, once per clip.</summary>
    public required double VisionOperations { get; init; }

    /// <summary>Floating-point operations of one prefill of the whole prompt.</summary>
    public required double PrefillOperations { get; init; }

    /// <summary>Counts for a model with a language model.</summary>
    /// <param name="configuration">The checkpoint.</param>
    /// <param name="layout">Its video's tokens.</param>
    /// <param name="frames">Frames of the clip, at least 1.</param>
    /// <param name="textTokens">Tokens of the prompt around the video.</param>
    /// <param name="bytesPerValue">Bytes of a value in computation: 4 for float32, 2 for bfloat16.</param>
    /// <exception cref="ArgumentException">The checkpoint is a vision tower alone.</exception>
    public static ModelRequirements Of(ModelConfiguration configuration, VisualTokenLayout layout, int frames, int textTokens, int bytesPerValue)
    {
        var language = configuration.Language ?? throw new ArgumentException("A vision tower alone answers no prompts.", nameof(configuration));
        var visual = layout.Count(frames);
        var tokens = visual + textTokens;
        return new ModelRequirements
        {
            Frames = frames,
            VisualTokens = visual,
            PromptTokens = tokens,
            CacheBytesPerToken = 2L * language.Layers * language.KeyValueHeads * language.HeadDimension * bytesPerValue,
            ActivationBytes = bytesPerValue * Math.Max(VisionValues(configuration.Vision, frames), LanguageValues(language, tokens)),
            VisionOperations = frames * (TowerOperations(configuration.Vision) + ProjectorOperations(configuration.Vision, language)),
            PrefillOperations = PrefillOf(language, tokens),
        };
    }

    /// <summary>Bytes of the weights a model reads: each tensor that <see cref="CheckpointLayout.Expected"/> names, once.</summary>
    /// <param name="configuration">The checkpoint.</param>
    /// <param name="bytesPerWeight">4 for float32, 2 for bfloat16 and float16.</param>
    public static long WeightBytes(ModelConfiguration configuration, int bytesPerWeight) =>
        bytesPerWeight * CheckpointLayout.Expected(configuration).Values.Sum(shape => shape.Aggregate(1L, (count, size) => count * size));

    // Residual and normed states, queries, keys and values, and the MLP's inner states.
    private static long VisionValues(VisionConfiguration vision, int frames) =>
        (long)frames * vision.Patches * ((5L * vision.Hidden) + vision.Intermediate);

    private static long LanguageValues(LanguageConfiguration language, int tokens)
    {
        var attention = (long)(language.Heads + (2 * language.KeyValueHeads)) * language.HeadDimension;
        return tokens * ((2L * language.Hidden) + attention + (2L * language.Intermediate));
    }

    private static double TowerOperations(VisionConfiguration vision)
    {
        double patches = vision.Patches;
        double hidden = vision.Hidden;
        var layer = (2 * patches * ((4 * hidden * hidden) + (2 * hidden * vision.Intermediate))) + (4 * patches * patches * hidden);
        return (vision.Layers * layer) + (2 * patches * 3 * vision.PatchSize * vision.PatchSize * hidden);
    }

    private static double ProjectorOperations(VisionConfiguration vision, LanguageConfiguration language) =>
        2.0 * vision.Patches * language.Hidden * (vision.Hidden + language.Hidden);

    private static double PrefillOf(LanguageConfiguration language, int tokens)
    {
        var queries = (double)language.Heads * language.HeadDimension;
        var keys = (double)language.KeyValueHeads * language.HeadDimension;
        var weights = language.Layers * (language.Hidden * ((2 * queries) + (2 * keys) + (3.0 * language.Intermediate)));
        var attention = language.Layers * 2.0 * queries * tokens * (tokens + 1.0);
        return (2 * tokens * weights) + attention + (2.0 * language.Hidden * language.VocabularyRows);
    }
}
