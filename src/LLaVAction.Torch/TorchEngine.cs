using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;
using LLaVAction.Models.Tokenization;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using TorchSharp;

namespace LLaVAction.Torch;

/// <summary>The torch engine: the models in TorchSharp, on CUDA GPUs and the CPU. libtorch is loaded with the first model.</summary>
/// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
public sealed class TorchEngine(string? libTorchFolder) : IEngine
{
    /// <summary>Whether a GPU is there and a libtorch that could use it. Loads nothing but the GPU's driver.</summary>
    /// <exception cref="InputException">The user named a folder that cannot be used.</exception>
    public static bool FindsGpu(string? libTorchFolder) =>
        LibTorchSearch.OfThisProcess(libTorchFolder).Find().Folder is { HasCuda: true } && NvidiaDriver.CountGpus() > 0;

    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public IReadOnlyList<EngineFact> Inspect() => TorchInspection.Facts(libTorchFolder);

    /// <inheritdoc/>
    public IVideoLanguageModel LoadModel(CheckpointPath path, ModelOptions options) => LoadModel(path, options, null);

    // As the port's, in batches of a given shape; null for what suits the device.
    internal TorchVideoLanguageModel LoadModel(CheckpointPath path, ModelOptions options, BatchShape? batchShape)
    {
        LibTorch.Load(libTorchFolder);
        using var checkpoint = Checkpoint.OpenModel(path);
        var configuration = checkpoint.Configuration;
        var device = ComputeDevice.Of(options);
        var tokenizer = ByteLevelTokenizer.Open(path);
        var own = ModelSettings.Of(configuration, tokenizer);
        var settings = own.With(options, configuration, tokenizer);
        var shape = batchShape ?? MemoryEstimate.Fit(checkpoint, settings, options, device);
        var model = new LlavaInference(Load(checkpoint, device, settings, options), checkpoint.Folder);
        var description = ModelDescription.Of(checkpoint, own, settings, "torch", device.Name, device.Precision)
            with
        { VisualTokenCount = model.Model.Layout.Count };
        return new TorchVideoLanguageModel(model, tokenizer, description, shape);
    }

    /// <inheritdoc/>
    public IStagedModel LoadStagedModel(CheckpointPath path, ModelOptions options)
    {
        LibTorch.Load(libTorchFolder);
        using var checkpoint = Checkpoint.Open(path);
        var settings = ModelSettings.Of(checkpoint.Configuration, null).With(options, checkpoint.Configuration, null);
        return new TorchStagedModel(new LlavaInference(Load(checkpoint, ComputeDevice.Of(options), settings, options), checkpoint.Folder));
    }

    /// <inheritdoc/>
    public IActionRecognizer LoadRecognizer(string folder, ModelOptions options)
    {
        LibTorch.Load(libTorchFolder);
        var device = ComputeDevice.Of(options);
        if (options.Threads is int threads)
        {
            torch.set_num_threads(threads);
        }

        var checkpoint = RecognizerCheckpoint.Open(folder);
        try
        {
            return new TorchActionRecognizer(checkpoint, device);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    internal static Llava Load(Checkpoint checkpoint, ComputeDevice device, ModelSettings settings, ModelOptions options)
    {
        if (checkpoint.Configuration.Language is not null)
        {
            VideoTokenRequirements.Check(checkpoint, settings);
        }

        if (options.Threads is int threads)
        {
            torch.set_num_threads(threads);
        }

        var model = new Llava(
            device, checkpoint.Configuration, settings, name => checkpoint.Tensors.TryGetValue(name, out var stored) ? [.. stored.Shape] : null);
        try
        {
            WeightLoader.Load(model, checkpoint);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}
