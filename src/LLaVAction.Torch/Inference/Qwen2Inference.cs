using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>One pass of rows through the decoder.</summary>
/// <param name="Cache">Takes the rows' keys and values.</param>
/// <param name="Start">Where they go in it; a pass from 0 attends causally, every other by its mask.</param>
/// <param name="Rotary">The rows' positions.</param>
/// <param name="Mask">What each row sees of the cache [rows, width of at least all rows]; null for a causal pass.</param>
/// <param name="Wanted">
/// Which rows' hidden states are wanted [count], 64-bit; null for all. The last layer runs for those alone.
/// </param>
internal sealed record DecoderPass(KeyValueCache Cache, long Start, RotaryRows Rotary, Tensor? Mask, Tensor? Wanted);

/// <summary>
/// The decoder without gradients: projections of one input in one product, keys and values in a cache, the residual stream
/// [rows, hidden] in place.
/// </summary>
internal sealed class Qwen2Inference : IDisposable
{
    private readonly Qwen2Model _model;
    private readonly Layer[] _layers;
    private readonly ScaledRmsNorm _norm;

    public Qwen2Inference(Qwen2Model model)
    {
        _model = model;
        _layers = [.. model.Layers.Select((layer, index) => new Layer(layer, model.Configuration, index))];
        _norm = new ScaledRmsNorm(model.Norm);
    }

    public LanguageConfiguration Configuration => _model.Configuration;

    public RotaryEmbedding Rotary => _model.Rotary;

    // A causal pass from position 0.
    public DecoderPass CausalPass(Tensor embeddings, KeyValueCache cache) => new(cache, 0, Rotary.First(embeddings.shape[0]), null, null);

    // Runs a causal pass from position 0 that only fills the cache; the last layer stops at its keys and values.
    public void Fill(Tensor embeddings, KeyValueCache cache, CancellationToken cancellationToken)
    {
        var pass = CausalPass(embeddings, cache);
        RunUpToLast(embeddings, pass, cancellationToken);
        _layers[^1].Fill(embeddings, pass);
    }

    // Final hidden states [rows or wanted rows, hidden], normalised. The embeddings [rows, hidden] are used up.
    public Tensor Forward(Tensor embeddings, DecoderPass pass, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        RunUpToLast(embeddings, pass, cancellationToken);
        return _norm.Forward(_layers[^1].Forward(embeddings, pass, pass.Wanted)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Array.ForEach(_layers, layer => layer.Dispose());
        _norm.Dispose();
    }

    private void RunUpToLast(Tensor residual, DecoderPass pass, CancellationToken cancellationToken)
    {
        foreach (var layer in _layers.AsSpan(0, _layers.Length - 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            layer.Forward(residual, pass, wanted: null);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private sealed class Layer(Qwen2DecoderLayer layer, LanguageConfiguration language, int index) : IDisposable
    {
        private readonly ScaledRmsNorm _inputNorm = new(layer.InputNorm);
        private readonly CachedAttention _attention = new(layer.Attention, language, index);
        private readonly ScaledRmsNorm _postAttentionNorm = new(layer.PostAttentionNorm);
        private readonly PackedLinear _gateUp = new(layer.Mlp.Gate, layer.Mlp.Up);

        // Caches all rows, transforms them in place and returns them; with wanted rows, those alone, in a new tensor.
        public Tensor Forward(Tensor residual, DecoderPass pass, Tensor? wanted)
        {
            using var scope = NewDisposeScope();
            var rows = wanted is null ? residual : residual.index_select(0, wanted);
            _attention.AddTo(rows, _inputNorm.Forward(residual), pass, wanted);
            var both = _gateUp.Forward(_postAttentionNorm.Forward(rows));
            var gate = both.narrow(1, 0, language.Intermediate);
            gate.silu_().mul_(both.narrow(1, language.Intermediate, language.Intermediate));
            rows.addmm_(gate, layer.Mlp.Down.weight.t());
            return wanted is null ? rows : rows.MoveToOuterDisposeScope();
        }

        public void Fill(Tensor residual, DecoderPass pass)
        {
            using var scope = NewDisposeScope();
            _attention.Fill(_inputNorm.Forward(residual), pass);
        }

        public void Dispose()
        {
            _inputNorm.Dispose();
            _attention.Dispose();
            _postAttentionNorm.Dispose();
            _gateUp.Dispose();
        }
    }
}
