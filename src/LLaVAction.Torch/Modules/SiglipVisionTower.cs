using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// The SigLIP vision tower up to the selected layer: no class token, no mask, no post-norm, no pooling head. Pixel values
/// [frames, 3, size, size] become hidden states [frames, patches, hidden].
/// </summary>
internal sealed class SiglipVisionTower : nn.Module<Tensor, Tensor>
{
    public SiglipVisionTower(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipVisionTower))
    {
        Embeddings = new SiglipVisionEmbeddings(vision, at);
        Encoder = new SiglipEncoder(vision, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "embeddings")]
    public SiglipVisionEmbeddings Embeddings { get; }

    [field: ComponentName(Name = "encoder")]
    public SiglipEncoder Encoder { get; }

    public override Tensor forward(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        return Encoder.call(Embeddings.call(pixelValues)).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Patch and position embeddings. Pixels right of and below the last whole patch are not seen (384 = 27 · 14 + 6).
/// </summary>
internal sealed class SiglipVisionEmbeddings : nn.Module<Tensor, Tensor>
{
    public SiglipVisionEmbeddings(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipVisionEmbeddings))
    {
        Patches = nn.Conv2d(3, vision.Hidden, vision.PatchSize, vision.PatchSize, device: at.Device, dtype: at.Type);
        Positions = Layers.Embedding(vision.Patches, vision.Hidden, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "patch_embedding")]
    public Conv2d Patches { get; }

    [field: ComponentName(Name = "position_embedding")]
    public Embedding Positions { get; }

    public override Tensor forward(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        var patches = Patches.call(pixelValues).flatten(2).transpose(1, 2);
        return (patches + Positions.weight!).MoveToOuterDisposeScope();
    }
}

/// <summary>The encoder layers, one after the other.</summary>
internal sealed class SiglipEncoder : nn.Module<Tensor, Tensor>
{
    public SiglipEncoder(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipEncoder))
    {
        Layers = new([.. Enumerable.Range(0, vision.Layers).Select(_ => new SiglipEncoderLayer(vision, at))]);
        RegisterComponents();
    }

    [field: ComponentName(Name = "layers")]
    public ModuleList<SiglipEncoderLayer> Layers { get; }

    // Whether the backward pass computes the layers again instead of keeping what is inside them.
    public bool RecomputesActivations { get; set; }

    public override Tensor forward(Tensor x)
    {
        foreach (var layer in Layers)
        {
            x = RecomputesActivations ? Recomputation.Run(layer.call, x) : layer.call(x);
        }

        return x;
    }
}

internal sealed class SiglipEncoderLayer : nn.Module<Tensor, Tensor>
{
    public SiglipEncoderLayer(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipEncoderLayer))
    {
        LayerNorm1 = Layers.LayerNorm(vision.Hidden, vision.LayerNormEpsilon, at);
        Attention = new SiglipAttention(vision, at);
        LayerNorm2 = Layers.LayerNorm(vision.Hidden, vision.LayerNormEpsilon, at);
        Mlp = new SiglipMlp(vision, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "layer_norm1")]
    public LayerNorm LayerNorm1 { get; }

    [field: ComponentName(Name = "self_attn")]
    public SiglipAttention Attention { get; }

    [field: ComponentName(Name = "layer_norm2")]
    public LayerNorm LayerNorm2 { get; }

    [field: ComponentName(Name = "mlp")]
    public SiglipMlp Mlp { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = x + Attention.call(LayerNorm1.call(x));
        x = x + Mlp.call(LayerNorm2.call(x));
        return x.MoveToOuterDisposeScope();
    }
}

/// <summary>Attention of every patch of a frame over all of them.</summary>
internal sealed class SiglipAttention : nn.Module<Tensor, Tensor>
{
    public SiglipAttention(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipAttention))
    {
        Heads = vision.Heads;
        Query = Layers.Linear(vision.Hidden, vision.Hidden, hasBias: true, at);
        Key = Layers.Linear(vision.Hidden, vision.Hidden, hasBias: true, at);
        Value = Layers.Linear(vision.Hidden, vision.Hidden, hasBias: true, at);
        Out = Layers.Linear(vision.Hidden, vision.Hidden, hasBias: true, at);
        RegisterComponents();
    }

    public int Heads { get; }

    [field: ComponentName(Name = "q_proj")]
    public Linear Query { get; }

    [field: ComponentName(Name = "k_proj")]
    public Linear Key { get; }

    [field: ComponentName(Name = "v_proj")]
    public Linear Value { get; }

    [field: ComponentName(Name = "out_proj")]
    public Linear Out { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var attended = nn.functional.scaled_dot_product_attention(Split(Query.call(x)), Split(Key.call(x)), Split(Value.call(x)));
        return Out.call(attended.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();

        // [frames, patches, hidden] to [frames, heads, patches, head dimension].
        Tensor Split(Tensor states) => states.unflatten(2, Heads, -1).transpose(1, 2);
    }
}

/// <summary>Two projections with the tanh form of GELU between them.</summary>
internal sealed class SiglipMlp : nn.Module<Tensor, Tensor>
{
    public SiglipMlp(VisionConfiguration vision, ComputeDevice at)
        : base(nameof(SiglipMlp))
    {
        First = Layers.Linear(vision.Hidden, vision.Intermediate, hasBias: true, at);
        Second = Layers.Linear(vision.Intermediate, vision.Hidden, hasBias: true, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "fc1")]
    public Linear First { get; }

    [field: ComponentName(Name = "fc2")]
    public Linear Second { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return Second.call(nn.functional.gelu(First.call(x), GELU.Approximate.tanh)).MoveToOuterDisposeScope();
    }
}
