using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>Attention of every patch of a frame over all of them.</summary>
internal sealed class SiglipAttention : nn.Module
{
    private readonly VisionConfiguration _vision;
    private readonly FusedLinear _queryKeyValue;
    private readonly LinearLayer _out;

    public SiglipAttention(WeightFactory weights, VisionConfiguration vision)
        : base(nameof(SiglipAttention))
    {
        _vision = vision;
        _queryKeyValue = new FusedLinear(weights, vision.Hidden, hasBias: true, vision.Hidden, vision.Hidden, vision.Hidden);
        _out = LinearLayer.Create(weights, vision.Hidden, vision.Hidden, hasBias: true);
        register_module("q_proj", _queryKeyValue.Parts[0]);
        register_module("k_proj", _queryKeyValue.Parts[1]);
        register_module("v_proj", _queryKeyValue.Parts[2]);
        register_module("out_proj", _out);
    }

    /// <summary>Adds to the residual stream [frames · patches, hidden] what its normalised rows attend to.</summary>
    public void AddTo(Tensor residual, Tensor normalised, long frames)
    {
        using var scope = NewDisposeScope();
        var projected = _queryKeyValue.Forward(normalised).view(frames, _vision.Patches, 3, _vision.Heads, _vision.HeadDimension);
        var attended = nn.functional.scaled_dot_product_attention(Part(0), Part(1), Part(2));
        _out.AddTo(residual, attended.transpose(1, 2).reshape(-1, _vision.Hidden));

        Tensor Part(int index) => projected.select(2, index).transpose(1, 2);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _queryKeyValue.Dispose();
        }

        base.Dispose(disposing);
    }
}
