using LLaVAction.Models.Ports;

namespace LLaVAction.Torch;

/// <summary>The torch stack: the models in TorchSharp, on CUDA GPUs and the CPU.</summary>
/// <param name="openTokenizer">Opens the tokenizer of a checkpoint folder.</param>
/// <param name="openVideos">Opens a folder of videos of a layout.</param>
public sealed class TorchEngine(Func<string, ITokenizer> openTokenizer, Func<string, string, IFrameReader> openVideos) : IEngine
{
    /// <inheritdoc/>
    public string Name => "torch";

    /// <inheritdoc/>
    public IReadOnlyList<EngineFact> Inspect() => [];

    /// <inheritdoc/>
    public IVideoLanguageModel LoadModel(string checkpointFolder, ModelOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IStagedModel LoadStagedModel(string checkpointFolder, ModelOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IFrameReader OpenVideos(string videosFolder, string layout) => openVideos(videosFolder, layout);
}
