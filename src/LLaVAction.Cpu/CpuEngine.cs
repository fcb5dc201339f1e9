using System.Globalization;
using LLaVAction.Cpu.Kernels;
using LLaVAction.Cpu.Model;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;

namespace LLaVAction.Cpu;

/// <summary>The cpu engine: managed C#, in float32, with nothing to install but ffmpeg.</summary>
public sealed class CpuEngine : IEngine
{
    /// <inheritdoc/>
    public string Name => "cpu";

    /// <inheritdoc/>
    public IReadOnlyList<EngineFact> Inspect() => [new EngineFact("SIMD", ProcessorVectors.Describe()), new EngineFact("device", "cpu, float32")];

    /// <inheritdoc/>
    public IVideoLanguageModel LoadModel(CheckpointPath path, ModelOptions options)
    {
        RequireSupported(options);
        var checkpoint = Checkpoint.OpenModel(path);
        try
        {
            ITokenizer tokenizer = ByteLevelTokenizer.Open(path);
            var own = ModelSettings.Of(checkpoint.Configuration, tokenizer);
            var settings = own.With(options, checkpoint.Configuration, tokenizer);
            var model = LlavaModelLoader.Load(checkpoint, settings, options.Threads);
            var description = ModelDescription.Of(checkpoint, own, settings, "cpu", "cpu", "float32") with { VisualTokenCount = model.Layout.Count };
            return new CpuVideoLanguageModel(model, tokenizer, description);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IStagedModel LoadStagedModel(CheckpointPath path, ModelOptions options)
    {
        RequireSupported(options);
        var checkpoint = Checkpoint.Open(path);
        try
        {
            var settings = ModelSettings.Of(checkpoint.Configuration, null).With(options, checkpoint.Configuration, null);
            return new CpuStagedModel(LlavaModelLoader.Load(checkpoint, settings, options.Threads));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IActionRecognizer LoadRecognizer(string folder, ModelOptions options)
    {
        RequireSupported(options);
        var checkpoint = RecognizerCheckpoint.Open(folder);
        try
        {
            return new CpuActionRecognizer(checkpoint, checkpoint.Describe("cpu", "cpu", "float32"), options.Threads);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private static void RequireSupported(ModelOptions options)
    {
        if (options.Device is not ("auto" or "cpu"))
        {
            throw new InputException($"The cpu engine runs on the CPU, not on device '{options.Device}'. Use --device cpu, or --engine torch.");
        }

        if (options.Precision is not ("auto" or "float32"))
        {
            throw new InputException(
                $"The cpu engine computes in float32 (weights stay as stored), not in '{options.Precision}'. Use --precision float32, or --engine torch.");
        }

        if (options.Threads is < 1)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--threads {options.Threads}: expected 1 or more."));
        }
    }
}
