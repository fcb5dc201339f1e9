using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>One layer of the decoder: norm, attention, norm, SwiGLU, each added to the residual stream in place.</summary>
internal sealed class Qwen2DecoderLayer : nn.Module
{
    private readonly RmsNormLayer _inputLayerNorm;
    private readonly Qwen2Attention _attention;
    private readonly RmsNormLayer _postAttentionLayerNorm;
    private readonly Qwen2Mlp _mlp;
    private readonly int _index;

    public Qwen2DecoderLayer(WeightFactory weights, LanguageConfiguration language, int index)
        : base(nameof(Qwen2DecoderLayer))
    {
        _index = index;
        _inputLayerNorm = new RmsNormLayer(weights, language.Hidden, language.RmsNormEpsilon);
        _attention = new Qwen2Attention(weights, language);
        _postAttentionLayerNorm = new RmsNormLayer(weights, language.Hidden, language.RmsNormEpsilon);
        _mlp = new Qwen2Mlp(weights, language);
        register_module("input_layernorm", _inputLayerNorm);
        register_module("self_attn", _attention);
        register_module("post_attention_layernorm", _postAttentionLayerNorm);
        register_module("mlp", _mlp);
    }

    /// <summary>Transforms all rows of the residual stream [rows, hidden] in place.</summary>
    public void Forward(Tensor residual, DecoderPass pass)
    {
        using var scope = NewDisposeScope();
        _attention.AddTo(residual, _inputLayerNorm.Forward(residual), pass, _index, null);
        _mlp.AddTo(residual, _postAttentionLayerNorm.Forward(residual));
    }

    /// <summary>Caches all rows and gives the wanted ones [count, hidden] alone.</summary>
    public Tensor ForwardWanted(Tensor residual, DecoderPass pass)
    {
        using var scope = NewDisposeScope();
        var rows = residual.index_select(0, pass.Wanted!);
        _attention.AddTo(rows, _inputLayerNorm.Forward(residual), pass, _index, pass.Wanted);
        _mlp.AddTo(rows, _postAttentionLayerNorm.Forward(rows));
        return rows.MoveToOuterDisposeScope();
    }

    /// <summary>Caches all rows.</summary>
    public void Fill(Tensor residual, DecoderPass pass)
    {
        using var scope = NewDisposeScope();
        _attention.Fill(_inputLayerNorm.Forward(residual), pass, _index);
    }
}

/// <summary>SwiGLU: the gate and the other half are computed as one projection.</summary>
internal sealed class Qwen2Mlp : nn.Module
{
    private readonly FusedLinear _gateUp;
    private readonly LinearLayer _down;
    private readonly long _intermediate;

    public Qwen2Mlp(WeightFactory weights, LanguageConfiguration language)
        : base(nameof(Qwen2Mlp))
    {
        _intermediate = language.Intermediate;
        _gateUp = new FusedLinear(weights, language.Hidden, hasBias: false, language.Intermediate, language.Intermediate);
        _down = LinearLayer.Create(weights, language.Hidden, language.Intermediate, hasBias: false);
        register_module("gate_proj", _gateUp.Parts[0]);
        register_module("up_proj", _gateUp.Parts[1]);
        register_module("down_proj", _down);
    }

    /// <summary>Adds to the residual stream [rows, hidden] what becomes of its normalised rows.</summary>
    public void AddTo(Tensor residual, Tensor normalised)
    {
        using var scope = NewDisposeScope();
        var both = _gateUp.Forward(normalised);
        var gate = both.narrow(1, 0, _intermediate);
        gate.silu_().mul_(both.narrow(1, _intermediate, _intermediate));
        _down.AddTo(residual, gate);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gateUp.Dispose();
        }

        base.Dispose(disposing);
    }
}
