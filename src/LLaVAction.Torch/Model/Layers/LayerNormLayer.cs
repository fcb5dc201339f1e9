using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>LayerNorm over the last axis: <c>weight</c> and <c>bias</c> [width].</summary>
internal sealed class LayerNormLayer : nn.Module
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly double _epsilon;

    public LayerNormLayer(WeightFactory weights, long width, double epsilon)
        : base(nameof(LayerNormLayer))
    {
        _epsilon = epsilon;
        _weight = new Parameter(weights.Empty(width), requires_grad: false);
        _bias = new Parameter(weights.Empty(width), requires_grad: false);
        register_parameter("weight", _weight);
        register_parameter("bias", _bias);
    }

    /// <summary>[rows, width], normalised.</summary>
    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, [x.shape[^1]], _weight, _bias, _epsilon);
}
