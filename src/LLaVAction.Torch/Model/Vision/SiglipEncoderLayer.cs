using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>One layer of the vision tower: norm, attention, norm, MLP, each added to the residual stream in place.</summary>
internal sealed class SiglipEncoderLayer : nn.Module
{
    private readonly LayerNormLayer _layerNorm1;
    private readonly SiglipAttention _attention;
    private readonly LayerNormLayer _layerNorm2;
    private readonly SiglipMlp _mlp;

    public SiglipEncoderLayer(WeightFactory weights, VisionConfiguration vision)
        : base(nameof(SiglipEncoderLayer))
    {
        _layerNorm1 = new LayerNormLayer(weights, vision.Hidden, vision.LayerNormEpsilon);
        _attention = new SiglipAttention(weights, vision);
        _layerNorm2 = new LayerNormLayer(weights, vision.Hidden, vision.LayerNormEpsilon);
        _mlp = new SiglipMlp(weights, vision);
        register_module("layer_norm1", _layerNorm1);
        register_module("self_attn", _attention);
        register_module("layer_norm2", _layerNorm2);
        register_module("mlp", _mlp);
    }

    /// <summary>Transforms the residual stream [frames · patches, hidden] in place.</summary>
    public void Forward(Tensor residual, long frames)
    {
        using var scope = NewDisposeScope();
        _attention.AddTo(residual, _layerNorm1.Forward(residual), frames);
        _mlp.AddTo(residual, _layerNorm2.Forward(residual));
    }
}

/// <summary>Two projections with the tanh form of GELU between them.</summary>
internal sealed class SiglipMlp : nn.Module
{
    private readonly LinearLayer _fc1;
    private readonly LinearLayer _fc2;

    public SiglipMlp(WeightFactory weights, VisionConfiguration vision)
        : base(nameof(SiglipMlp))
    {
        _fc1 = LinearLayer.Create(weights, vision.Intermediate, vision.Hidden, hasBias: true);
        _fc2 = LinearLayer.Create(weights, vision.Hidden, vision.Intermediate, hasBias: true);
        register_module("fc1", _fc1);
        register_module("fc2", _fc2);
    }

    /// <summary>Adds to the residual stream [rows, hidden] what becomes of its normalised rows.</summary>
    public void AddTo(Tensor residual, Tensor normalised)
    {
        using var scope = NewDisposeScope();
        _fc2.AddTo(residual, _fc1.Forward(normalised).gelu_(TorchSharp.Modules.GELU.Approximate.tanh));
    }
}
