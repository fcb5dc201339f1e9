using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// Grouped-query attention over a cache. The query heads that share a key head become rows of one head, so that keys and
/// values are read where they lie, in one copy.
/// </summary>
internal sealed class CachedAttention(Qwen2Attention attention, LanguageConfiguration language, int layer) : IDisposable
{
    private static readonly Scalar One = 1.0.ToScalar();
    private readonly PackedLinear _queryKeyValue = new(attention.Query, attention.Key, attention.Value);
    private readonly int _heads = language.Heads;
    private readonly int _keyHeads = language.KeyValueHeads;
    private readonly int _group = language.Heads / language.KeyValueHeads;
    private readonly int _width = language.HeadDimension;

    // Writes the keys and values of normalised rows to the cache, and nothing else.
    public void Fill(Tensor normalised, DecoderPass pass)
    {
        using var scope = NewDisposeScope();
        var projected = _queryKeyValue.ForwardFrom(1, normalised).view(-1, 2L * _keyHeads, _width);
        pass.Cache.Write(layer, pass.Start, Rotate(projected.narrow(1, 0, _keyHeads), pass.Rotary), projected.narrow(1, _keyHeads, _keyHeads));
    }

    /// <summary>Adds to the residual stream [rows, hidden] what its normalised rows attend to.</summary>
    /// <param name="residual">All rows of the pass, or the wanted ones.</param>
    /// <param name="normalised">All rows of the pass, normalised.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="wanted">Rows that attend; null for all.</param>
    public void AddTo(Tensor residual, Tensor normalised, DecoderPass pass, Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        var rows = normalised.shape[0];
        var projected = _queryKeyValue.Forward(normalised).view(rows, _heads + (2L * _keyHeads), _width);
        var rotated = Rotate(projected.narrow(1, 0, _heads + _keyHeads), pass.Rotary);
        var queries = rotated.narrow(1, 0, _heads);
        var keys = rotated.narrow(1, _heads, _keyHeads);
        var values = projected.narrow(1, _heads + _keyHeads, _keyHeads);
        pass.Cache.Write(layer, pass.Start, keys, values);
        var attended = pass.Mask is null
            ? Causal(queries, keys, values)
            : Masked(wanted is null ? queries : queries.index_select(0, wanted), pass, pass.Start + rows, wanted);
        residual.addmm_(pass.Mask is null && wanted is not null ? attended.index_select(0, wanted) : attended, attention.Out.weight.t());
    }

    public void Dispose() => _queryKeyValue.Dispose();

    // Rotates the heads of [rows, heads, head dimension]; a new tensor.
    private static Tensor Rotate(Tensor x, RotaryRows rows)
    {
        using var scope = NewDisposeScope();
        var cosine = rows.Cosine.unsqueeze(1);
        return x.mul(cosine).addcmul_(x.roll(x.shape[2] / 2, 2), rows.SignedSine.unsqueeze(1), One).MoveToOuterDisposeScope();
    }

    // Attention within the pass; keys and values are repeated for the query heads that share them.
    private Tensor Causal(Tensor queries, Tensor keys, Tensor values)
    {
        var attended = nn.functional.scaled_dot_product_attention(
            queries.transpose(0, 1).unsqueeze(0), Repeat(keys), Repeat(values), is_casual: true);
        return attended.transpose(1, 2).reshape(queries.shape[0], -1);

        Tensor Repeat(Tensor x)
        {
            var heads = x.transpose(0, 1).unsqueeze(1);
            return heads.expand(_keyHeads, _group, x.shape[0], _width).reshape(1, _heads, x.shape[0], _width);
        }
    }

    // Attention of [rows, heads, head dimension] over the first positions of the cache.
    private Tensor Masked(Tensor queries, DecoderPass pass, long length, Tensor? wanted)
    {
        var rows = queries.shape[0];
        var grouped = queries.reshape(rows, _keyHeads, _group, _width).permute(1, 0, 2, 3).reshape(1, _keyHeads, rows * _group, _width);
        var (keys, values) = pass.Cache.Read(layer, length);
        var mask = wanted is null ? pass.Mask! : pass.Mask!.index_select(0, wanted);
        var groupedMask = mask.unsqueeze(1).expand(rows, _group, mask.shape[1]).reshape(rows * _group, mask.shape[1]).narrow(1, 0, length);
        var attended = nn.functional.scaled_dot_product_attention(grouped, keys, values, groupedMask.unsqueeze(0).unsqueeze(0));
        return attended.view(_keyHeads, rows, _group, _width).permute(1, 0, 2, 3).reshape(rows, -1);
    }
}
