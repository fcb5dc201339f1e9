using System.Globalization;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Sequences;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Training;

/// <summary>What training will hold on its device, counted before anything is loaded.</summary>
/// <param name="WeightBytes">Weights, gradients, master copies and moments.</param>
/// <param name="ActivationBytes">What the backward pass needs of one micro-batch.</param>
internal sealed record TrainingMemory(long WeightBytes, long ActivationBytes)
{
    private const int TextTokens = 256;

    public long TotalBytes => WeightBytes + ActivationBytes;

    public static TrainingMemory Of(ModelConfiguration configuration, TrainerSettings settings, int bytesPerValue)
    {
        long trained = 0;
        long all = 0;
        foreach (var (name, shape) in CheckpointLayout.Expected(configuration))
        {
            var count = shape.Aggregate(1L, (product, size) => product * size);
            var part = TrainedParameter.PartOf(name);
            all += count;
            trained += settings.Frozen.Contains(part) || (settings.Lora is not null && part == ModelPart.Language) ? 0 : count;
        }

        var language = configuration.Language!;
        var vision = configuration.Vision;
        if (settings.Lora is { } lora)
        {
            trained += (long)language.Layers * lora.Targets.Count * lora.Rank * (language.Hidden + language.Intermediate);
        }

        var layout = VisualTokenLayout.Of(configuration);
        var tokens = (long)settings.BatchSize * (layout.Count(settings.Frames) + TextTokens);
        var patches = (long)settings.BatchSize * settings.Frames * vision.Patches;

        // Inside a layer: norms, projections, attention and the MLP's halves, each kept once for the backward pass.
        var languageLayer = tokens * ((8L * language.Hidden) + (4L * language.Intermediate) + (2L * language.Heads * language.HeadDimension));
        var visionLayer = patches * ((9L * vision.Hidden) + (2L * vision.Intermediate));
        var kept = settings.RecomputesActivations
            ? (tokens * 2 * language.Hidden * language.Layers) + languageLayer + (patches * 2 * vision.Hidden * vision.Layers) + visionLayer
            : (languageLayer * language.Layers) + (visionLayer * (settings.Frozen.Contains(ModelPart.Tower) ? 1 : vision.Layers));

        // A float32 model is its own master: weight, gradient and two moments; else master, summed gradient and moments beside both.
        var perTrained = bytesPerValue == sizeof(float) ? 3L * sizeof(float) : (4L * sizeof(float)) + bytesPerValue;
        return new TrainingMemory((all * bytesPerValue) + (trained * perTrained), kept * bytesPerValue);
    }

    /// <summary>Refuses a run that cannot fit, before anything is loaded.</summary>
    /// <exception cref="InputException">It needs more than the device has.</exception>
    public void Require(string folder, ComputeDevice device)
    {
        if (device.TotalBytes is { } bytes && TotalBytes > bytes)
        {
            throw new InputException(
                $"{folder}: training needs about {Gigabytes(TotalBytes)} GB, {Gigabytes(WeightBytes)} of them for weights, gradients and moments; {device.Name} has {Gigabytes(bytes)} GB. Use --lora-rank, --freeze, --precision bfloat16, fewer --frames, or a device with more memory.");
        }
    }

    public static string Gigabytes(long bytes) => (bytes / 1e9).ToString("0.0", CultureInfo.InvariantCulture);
}
