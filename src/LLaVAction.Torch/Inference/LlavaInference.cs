using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>A model made ready to answer: its own parameters, packed, in code that computes no gradient. Owns the model.</summary>
internal sealed class LlavaInference : IDisposable
{
    private readonly SiglipInference _tower;
    private readonly Qwen2Inference? _decoder;

    /// <summary>Packs a model's parameters.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">The checkpoint's folder, for messages.</param>
    public LlavaInference(Llava model, string folder)
    {
        Model = model;
        Folder = folder;
        foreach (var parameter in model.parameters())
        {
            parameter.requires_grad = false;
        }

        _tower = new SiglipInference(model.VisionTower);
        _decoder = model.Decoder is null ? null : new Qwen2Inference(model.Decoder);
    }

    public Llava Model { get; }

    public string Folder { get; }

    public ComputeDevice At => Model.At;

    public Qwen2Inference Decoder => _decoder ?? throw new InvalidOperationException("This checkpoint is a vision tower alone.");

    // The tower's hidden states [frames, patches, vision hidden]; see Forward.
    public Tensor EncodeVision(Tensor pixelValues, Action<Tensor>? trace, CancellationToken cancellationToken)
        => _tower.Forward(pixelValues, trace, cancellationToken);

    // Pooled features [frames, pooled patches, hidden] of pixel values [frames, 3, size, size].
    public Tensor EncodeFrames(Tensor pixelValues, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        return Model.Pool(Project(_tower.Forward(pixelValues, null, cancellationToken))).MoveToOuterDisposeScope();
    }

    // Projected features [.., hidden] of the tower's [.., vision hidden].
    public Tensor Project(Tensor features)
    {
        using var scope = NewDisposeScope();
        var projector = Model.MultimodalProjector ?? throw new InvalidOperationException("This checkpoint has no projector.");
        return projector.Second.call(projector.First.call(features).gelu_()).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _tower.Dispose();
        _decoder?.Dispose();
        Model.Dispose();
    }
}
