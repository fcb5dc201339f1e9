using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>
/// The SigLIP tower up to the selected layer: no class token, no mask, no post-norm, no pooling head. It holds only the
/// layers it runs.
/// </summary>
internal sealed class SiglipVisionTower : nn.Module
{
    private readonly SiglipVisionEmbeddings _embeddings;
    private readonly ModuleSequence<SiglipEncoderLayer> _layers;

    public SiglipVisionTower(WeightFactory weights, VisionConfiguration vision)
        : base(nameof(SiglipVisionTower))
    {
        Configuration = vision;
        _embeddings = new SiglipVisionEmbeddings(weights, vision);
        _layers = new ModuleSequence<SiglipEncoderLayer>(
            Enumerable.Range(0, vision.Layers).Select(_ => new SiglipEncoderLayer(weights, vision)).ToArray());
        register_module("embeddings", _embeddings);
        register_module("encoder", new SiglipEncoder(_layers));
    }

    /// <summary>Sizes.</summary>
    public VisionConfiguration Configuration { get; }

    /// <summary>The selected hidden states [frames · patches, hidden] of pixel values [frames, 3, size, size].</summary>
    /// <param name="pixelValues">The frames, in the model's type, on its device.</param>
    /// <param name="trace">Is shown the hidden states after the embeddings and after every layer; may be null.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public Tensor Forward(Tensor pixelValues, Action<Tensor>? trace, CancellationToken cancellationToken)
    {
        var hiddenStates = _embeddings.Forward(pixelValues);
        trace?.Invoke(hiddenStates);
        foreach (var layer in _layers.Items)
        {
            cancellationToken.ThrowIfCancellationRequested();
            layer.Forward(hiddenStates, pixelValues.shape[0]);
            trace?.Invoke(hiddenStates);
        }

        return hiddenStates;
    }
}

/// <summary>The name that checkpoints put around the layers.</summary>
internal sealed class SiglipEncoder : nn.Module
{
    public SiglipEncoder(ModuleSequence<SiglipEncoderLayer> layers)
        : base(nameof(SiglipEncoder)) => register_module("layers", layers);
}
