using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>The projector from the vision tower to the language model: two projections with exact GELU between them.</summary>
internal sealed class MultimodalProjector : nn.Module
{
    private readonly LinearLayer _linear1;
    private readonly LinearLayer _linear2;

    public MultimodalProjector(WeightFactory weights, long visionHidden, long hidden)
        : base(nameof(MultimodalProjector))
    {
        _linear1 = LinearLayer.Create(weights, hidden, visionHidden, hasBias: true);
        _linear2 = LinearLayer.Create(weights, hidden, hidden, hasBias: true);
        register_module("linear_1", _linear1);
        register_module("linear_2", _linear2);
    }

    /// <summary>[rows, vision hidden] to [rows, hidden].</summary>
    public Tensor Forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        return _linear2.Forward(_linear1.Forward(features).gelu_()).MoveToOuterDisposeScope();
    }
}
