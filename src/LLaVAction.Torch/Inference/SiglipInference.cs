using LLaVAction.Torch.Modules;
using static TorchSharp.Modules.GELU;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>The vision tower without gradients: queries, keys and values in one product, the residual stream in place.</summary>
internal sealed class SiglipInference(SiglipVisionTower tower) : IDisposable
{
    private readonly PackedLinear[] _queryKeyValue =
        [.. tower.Encoder.Layers.Select(layer => new PackedLinear(layer.Attention.Query, layer.Attention.Key, layer.Attention.Value))];

    /// <summary>The selected hidden states [frames, patches, hidden] of pixel values [frames, 3, size, size].</summary>
    /// <param name="pixelValues">The frames, in the model's type, on its device.</param>
    /// <param name="trace">Is shown the hidden states after the embeddings and after every layer; may be null.</param>
    /// <param name="cancellationToken">Read between layers.</param>
    public Tensor Forward(Tensor pixelValues, Action<Tensor>? trace, CancellationToken cancellationToken)
    {
        var residual = tower.Embeddings.call(pixelValues);
        trace?.Invoke(residual);
        for (var i = 0; i < _queryKeyValue.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var layer = tower.Encoder.Layers[i];
            residual.add_(Attend(layer.Attention, _queryKeyValue[i], layer.LayerNorm1.call(residual)));
            residual.add_(layer.Mlp.Second.call(layer.Mlp.First.call(layer.LayerNorm2.call(residual)).gelu_(Approximate.tanh)));
            trace?.Invoke(residual);
        }

        return residual;
    }

    public void Dispose() => Array.ForEach(_queryKeyValue, packed => packed.Dispose());

    private static Tensor Attend(SiglipAttention attention, PackedLinear queryKeyValue, Tensor normalised)
    {
        var heads = queryKeyValue.Forward(normalised).unflatten(2, 3, attention.Heads, -1);
        var attended = nn.functional.scaled_dot_product_attention(Part(0), Part(1), Part(2));
        return attention.Out.call(attended.transpose(1, 2).flatten(2));

        Tensor Part(int index) => heads.select(2, index).transpose(1, 2);
    }
}
