using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Sequences;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// What a model will hold on its device, counted from its configuration. What the library itself takes (about half a
/// gigabyte on a GPU) and what allocation leaves unused are not in it.
/// </summary>
/// <param name="WeightBytes">The weights.</param>
/// <param name="VisionBytes">One chunk of frames on its way through the widest layer of the tower and the projector.</param>
/// <param name="LanguageBytes">Keys and values of a clip and its prompts, and a prefill on its way through the widest layer.</param>
internal sealed record MemoryEstimate(long WeightBytes, long VisionBytes, long LanguageBytes)
{
    private const int TextTokens = 256;
    private const int WidenedHeadRows = 16384;

    public long TotalBytes => WeightBytes + Math.Max(VisionBytes, LanguageBytes);

    /// <summary>Counts.</summary>
    /// <param name="configuration">A checkpoint with a language model.</param>
    /// <param name="layout">Its video's tokens.</param>
    /// <param name="device">For the size of a value.</param>
    /// <param name="shape">The batch shape.</param>
    /// <param name="frames">The most frames a prompt sees.</param>
    public static MemoryEstimate Of(ModelConfiguration configuration, VisualTokenLayout layout, ComputeDevice device, BatchShape shape, int frames)
    {
        var language = configuration.Language!;
        var vision = configuration.Vision;
        long bytes = device.BytesPerValue;
        var patches = (long)shape.VisionFrames * vision.Patches;
        var tower = patches * Math.Max(6L * vision.Hidden, (2L * vision.Hidden) + vision.Intermediate);
        var projector = patches * (vision.Hidden + (2L * language.Hidden));
        long visual = layout.Count(frames);
        var tokens = visual + (shape.SuffixRows * TextTokens);
        var keys = 2L * language.KeyValueHeads * language.HeadDimension;
        var queries = (long)language.Heads * language.HeadDimension;
        var layer = visual * Math.Max((2L * language.Hidden) + (5 * queries) + (2 * keys), (2L * language.Hidden) + (2L * language.Intermediate));
        var normalised = 2L * sizeof(float) * visual * language.Hidden;
        var logits = sizeof(float) * (((long)shape.SuffixRows * language.VocabularyRows) + ((long)WidenedHeadRows * language.Hidden));
        return new MemoryEstimate(
            ModelRequirements.WeightBytes(configuration, (int)bytes),
            bytes * Math.Max(tower, projector),
            (bytes * ((tokens * keys * language.Layers) + layer + (2 * visual * language.Hidden))) + normalised + logits);
    }

    /// <summary>The largest shape that fits a device, from the one that suits it downwards.</summary>
    /// <exception cref="InputException">Not even the smallest shape fits.</exception>
    public static BatchShape Fit(Checkpoint checkpoint, ModelSettings settings, ModelOptions options, ComputeDevice device)
    {
        var configuration = checkpoint.Configuration;
        var layout = VisualTokenLayout.Of(configuration.Vision, settings.Pooling, settings.Newline, settings.ActionToken);
        return Fit(
            checkpoint.Folder,
            device.TotalBytes,
            BatchShape.For(device.IsCuda, options.PromptsPerClip),
            shape => Of(configuration, layout, device, shape, options.FramesPerClip ?? 1));
    }

    /// <summary>The largest shape that fits, halved from <paramref name="wanted"/>; its own size where nothing is known of the memory.</summary>
    /// <param name="folder">The checkpoint, for the message.</param>
    /// <param name="available">Bytes of the device; null where they cannot be told.</param>
    /// <param name="wanted">The shape that suits the device.</param>
    /// <param name="estimate">The estimate of a shape.</param>
    /// <exception cref="InputException">Not even the smallest shape fits.</exception>
    public static BatchShape Fit(string folder, long? available, BatchShape wanted, Func<BatchShape, MemoryEstimate> estimate)
    {
        var shape = wanted;
        while (available is long bytes && estimate(shape).TotalBytes > bytes)
        {
            var needed = estimate(shape);
            if (shape is { VisionFrames: 1, SuffixRows: 1 })
            {
                throw new InputException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder}: the model needs about {Gigabytes(needed.TotalBytes)} GB, {Gigabytes(needed.WeightBytes)} of them for weights; the device has {Gigabytes(bytes)} GB. Use fewer frames, --precision bfloat16, a smaller model, or another device."));
            }

            shape = needed.VisionBytes >= needed.LanguageBytes && shape.VisionFrames > 1
                ? shape with { VisionFrames = shape.VisionFrames / 2 }
                : shape with { SuffixRows = Math.Max(1, shape.SuffixRows / 2), VisionFrames = shape.SuffixRows == 1 ? shape.VisionFrames / 2 : shape.VisionFrames };
        }

        return shape;
    }

    private static string Gigabytes(long bytes) => (bytes / 1e9).ToString("0.0", CultureInfo.InvariantCulture);
}
