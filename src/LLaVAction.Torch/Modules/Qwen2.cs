using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// The Qwen2 decoder. Input embeddings [batch, length, hidden] become final hidden states of the same shape. Attention is
/// causal, so that rows padded on the right need no mask: nothing before the padding sees it.
/// </summary>
internal sealed class Qwen2Model : nn.Module<Tensor, Tensor>
{
    public Qwen2Model(LanguageConfiguration language, ComputeDevice at)
        : base(nameof(Qwen2Model))
    {
        Configuration = language;
        Rotary = new RotaryEmbedding(language, at);
        EmbedTokens = Modules.Layers.Embedding(language.VocabularyRows, language.Hidden, at);
        Layers = new([.. Enumerable.Range(0, language.Layers).Select(_ => new Qwen2DecoderLayer(language, at))]);
        Norm = new RmsNorm(language.Hidden, language.RmsNormEpsilon, at);
        RegisterComponents();
    }

    public LanguageConfiguration Configuration { get; }

    public RotaryEmbedding Rotary { get; }

    [field: ComponentName(Name = "embed_tokens")]
    public Embedding EmbedTokens { get; }

    [field: ComponentName(Name = "layers")]
    public ModuleList<Qwen2DecoderLayer> Layers { get; }

    [field: ComponentName(Name = "norm")]
    public RmsNorm Norm { get; }

    // Whether the backward pass computes the layers again instead of keeping what is inside them.
    public bool RecomputesActivations { get; set; }

    public override Tensor forward(Tensor embeddings) => HiddenStates(embeddings)[^1];

    // The embeddings, the output of every layer but the last, and the final states after the norm: layers + 1 tensors.
    public IReadOnlyList<Tensor> HiddenStates(Tensor embeddings)
    {
        var states = new List<Tensor> { embeddings };
        foreach (var layer in Layers)
        {
            // The rows are looked up in the call, which the backward pass repeats when those of this pass are gone.
            Tensor Run(Tensor x) => layer.call(x, Rotary.First(x.shape[1]));
            states.Add(RecomputesActivations ? Recomputation.Run(Run, states[^1]) : Run(states[^1]));
        }

        states[^1] = Norm.call(states[^1]);
        return states;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Rotary.Dispose();
        }

        base.Dispose(disposing);
    }
}

internal sealed class Qwen2DecoderLayer : nn.Module<Tensor, RotaryRows, Tensor>
{
    public Qwen2DecoderLayer(LanguageConfiguration language, ComputeDevice at)
        : base(nameof(Qwen2DecoderLayer))
    {
        InputNorm = new RmsNorm(language.Hidden, language.RmsNormEpsilon, at);
        Attention = new Qwen2Attention(language, at);
        PostAttentionNorm = new RmsNorm(language.Hidden, language.RmsNormEpsilon, at);
        Mlp = new Qwen2Mlp(language, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "input_layernorm")]
    public RmsNorm InputNorm { get; }

    [field: ComponentName(Name = "self_attn")]
    public Qwen2Attention Attention { get; }

    [field: ComponentName(Name = "post_attention_layernorm")]
    public RmsNorm PostAttentionNorm { get; }

    [field: ComponentName(Name = "mlp")]
    public Qwen2Mlp Mlp { get; }

    public override Tensor forward(Tensor x, RotaryRows rotary)
    {
        using var scope = NewDisposeScope();
        x = x + Attention.call(InputNorm.call(x), rotary);
        x = x + Mlp.call(PostAttentionNorm.call(x));
        return x.MoveToOuterDisposeScope();
    }
}

/// <summary>Causal grouped-query attention with rotary positions.</summary>
internal sealed class Qwen2Attention : nn.Module<Tensor, RotaryRows, Tensor>
{
    private readonly LanguageConfiguration _language;

    public Qwen2Attention(LanguageConfiguration language, ComputeDevice at)
        : base(nameof(Qwen2Attention))
    {
        _language = language;
        var queries = (long)language.Heads * language.HeadDimension;
        var keys = (long)language.KeyValueHeads * language.HeadDimension;
        Query = Layers.Linear(language.Hidden, queries, hasBias: true, at);
        Key = Layers.Linear(language.Hidden, keys, hasBias: true, at);
        Value = Layers.Linear(language.Hidden, keys, hasBias: true, at);
        Out = Layers.Linear(queries, language.Hidden, hasBias: false, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "q_proj")]
    public Linear Query { get; }

    [field: ComponentName(Name = "k_proj")]
    public Linear Key { get; }

    [field: ComponentName(Name = "v_proj")]
    public Linear Value { get; }

    [field: ComponentName(Name = "o_proj")]
    public Linear Out { get; }

    public override Tensor forward(Tensor x, RotaryRows rotary)
    {
        using var scope = NewDisposeScope();
        var queries = RotaryEmbedding.Rotate(Split(Query.call(x)), rotary);
        var keys = RotaryEmbedding.Rotate(Split(Key.call(x)), rotary);
        var values = Split(Value.call(x));
        var attended = nn.functional.scaled_dot_product_attention(queries, Repeat(keys), Repeat(values), is_casual: true);
        return Out.call(attended.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    // [batch, length, heads · head dimension] to [batch, heads, length, head dimension].
    private Tensor Split(Tensor states) => states.unflatten(2, -1, _language.HeadDimension).transpose(1, 2);

    private Tensor Repeat(Tensor heads)
    {
        var shape = heads.shape;
        var group = _language.Heads / _language.KeyValueHeads;
        return heads.unsqueeze(2).expand(shape[0], shape[1], group, shape[2], shape[3]).flatten(1, 2);
    }
}

/// <summary>SwiGLU: down(silu(gate(x)) · up(x)).</summary>
internal sealed class Qwen2Mlp : nn.Module<Tensor, Tensor>
{
    public Qwen2Mlp(LanguageConfiguration language, ComputeDevice at)
        : base(nameof(Qwen2Mlp))
    {
        Gate = Layers.Linear(language.Hidden, language.Intermediate, hasBias: false, at);
        Up = Layers.Linear(language.Hidden, language.Intermediate, hasBias: false, at);
        Down = Layers.Linear(language.Intermediate, language.Hidden, hasBias: false, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "gate_proj")]
    public Linear Gate { get; }

    [field: ComponentName(Name = "up_proj")]
    public Linear Up { get; }

    [field: ComponentName(Name = "down_proj")]
    public Linear Down { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Down.call(nn.functional.silu(Gate.call(x)) * Up.call(x)).MoveToOuterDisposeScope();
    }
}
