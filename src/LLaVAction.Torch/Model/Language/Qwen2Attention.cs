using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>
/// Grouped-query attention with rotary positions. Over a cache, the query heads that share a key head become rows of one
/// head, so that keys and values are read where they lie, in one copy.
/// </summary>
internal sealed class Qwen2Attention : nn.Module
{
    private static readonly Scalar One = 1.0.ToScalar();
    private readonly LanguageConfiguration _language;
    private readonly FusedLinear _queryKeyValue;
    private readonly LinearLayer _out;

    public Qwen2Attention(WeightFactory weights, LanguageConfiguration language)
        : base(nameof(Qwen2Attention))
    {
        _language = language;
        var queries = (long)language.Heads * language.HeadDimension;
        var keys = (long)language.KeyValueHeads * language.HeadDimension;
        _queryKeyValue = new FusedLinear(weights, language.Hidden, hasBias: true, queries, keys, keys);
        _out = LinearLayer.Create(weights, language.Hidden, queries, hasBias: false);
        register_module("q_proj", _queryKeyValue.Parts[0]);
        register_module("k_proj", _queryKeyValue.Parts[1]);
        register_module("v_proj", _queryKeyValue.Parts[2]);
        register_module("o_proj", _out);
    }

    private long Group => _language.Heads / _language.KeyValueHeads;

    /// <summary>Writes the keys and values of normalised rows to the cache, and nothing else.</summary>
    public void Fill(Tensor normalised, DecoderPass pass, int layer)
    {
        using var scope = NewDisposeScope();
        var projected = _queryKeyValue.ForwardFrom(1, normalised).view(-1, 2L * _language.KeyValueHeads, _language.HeadDimension);
        var keys = RotaryEmbedding.Rotate(Heads(projected, 0, _language.KeyValueHeads), pass.Rotary, One);
        pass.Cache.Write(layer, pass.Start, keys, Heads(projected, _language.KeyValueHeads, _language.KeyValueHeads));
    }

    /// <summary>Adds to the residual stream [rows, hidden] what its normalised rows attend to.</summary>
    /// <param name="residual">All rows of the pass, or the wanted ones.</param>
    /// <param name="normalised">All rows of the pass, normalised.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="layer">Which layer of the cache.</param>
    /// <param name="wanted">Rows that attend; null for all.</param>
    public void AddTo(Tensor residual, Tensor normalised, DecoderPass pass, int layer, Tensor? wanted)
    {
        using var scope = NewDisposeScope();
        var rows = normalised.shape[0];
        var heads = _language.Heads;
        var keyValueHeads = _language.KeyValueHeads;
        var projected = _queryKeyValue.Forward(normalised).view(rows, heads + (2L * keyValueHeads), _language.HeadDimension);
        var rotated = RotaryEmbedding.Rotate(Heads(projected, 0, heads + keyValueHeads), pass.Rotary, One);
        var queries = Heads(rotated, 0, heads);
        var keys = Heads(rotated, heads, keyValueHeads);
        var values = Heads(projected, heads + keyValueHeads, keyValueHeads);
        pass.Cache.Write(layer, pass.Start, keys, values);
        var attended = pass.Mask is null
            ? Causal(queries, keys, values)
            : Masked(wanted is null ? queries : queries.index_select(0, wanted), pass, layer, pass.Start + rows, wanted);
        _out.AddTo(residual, pass.Mask is null && wanted is not null ? attended.index_select(0, wanted) : attended);
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

    private static Tensor Heads(Tensor x, long first, long count) => x.narrow(1, first, count);

    /// <summary>Attention within the pass; keys and values are repeated for the query heads that share them.</summary>
    private Tensor Causal(Tensor queries, Tensor keys, Tensor values)
    {
        var attended = nn.functional.scaled_dot_product_attention(
            queries.transpose(0, 1).unsqueeze(0), Repeat(keys), Repeat(values), is_casual: true);
        return attended.transpose(1, 2).reshape(queries.shape[0], -1);

        Tensor Repeat(Tensor x)
        {
            var heads = x.transpose(0, 1).unsqueeze(1);
            var shape = heads.shape;
            return heads.expand(shape[0], Group, shape[2], shape[3]).reshape(1, shape[0] * Group, shape[2], shape[3]);
        }
    }

    /// <summary>Attention of [rows, heads, head dimension] over the first positions of the cache.</summary>
    private Tensor Masked(Tensor queries, DecoderPass pass, int layer, long length, Tensor? wanted)
    {
        var rows = queries.shape[0];
        long keyValueHeads = _language.KeyValueHeads;
        var grouped = queries.reshape(rows, keyValueHeads, Group, _language.HeadDimension)
            .permute(1, 0, 2, 3)
            .reshape(1, keyValueHeads, rows * Group, _language.HeadDimension);
        (var keys, var values) = pass.Cache.Read(layer, length);
        var mask = wanted is null ? pass.Mask! : pass.Mask!.index_select(0, wanted);
        var groupedMask = mask.unsqueeze(1).expand(rows, Group, mask.shape[1]).reshape(rows * Group, mask.shape[1]).narrow(1, 0, length);
        var attended = nn.functional.scaled_dot_product_attention(grouped, keys, values, groupedMask.unsqueeze(0).unsqueeze(0));
        return attended.view(keyValueHeads, rows, Group, _language.HeadDimension).permute(1, 0, 2, 3).reshape(rows, -1);
    }
}
