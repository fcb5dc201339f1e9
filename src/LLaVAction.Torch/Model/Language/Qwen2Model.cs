using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>The Qwen2 decoder from input embeddings to final hidden states.</summary>
internal sealed class Qwen2Model : nn.Module
{
    private readonly ModuleSequence<Qwen2DecoderLayer> _layers;
    private readonly RmsNormLayer _norm;

    public Qwen2Model(WeightFactory weights, LanguageConfiguration language)
        : base(nameof(Qwen2Model))
    {
        Configuration = language;
        Rotary = new RotaryEmbedding(weights.Device, language);
        EmbedTokens = new EmbeddingTable(weights, language.VocabularyRows, language.Hidden);
        _layers = new ModuleSequence<Qwen2DecoderLayer>(
            Enumerable.Range(0, language.Layers).Select(i => new Qwen2DecoderLayer(weights, language, i)).ToArray());
        _norm = new RmsNormLayer(weights, language.Hidden, language.RmsNormEpsilon);
        register_module("embed_tokens", EmbedTokens);
        register_module("layers", _layers);
        register_module("norm", _norm);
    }

    /// <summary>Sizes.</summary>
    public LanguageConfiguration Configuration { get; }

    /// <summary>The embedding table [vocabulary rows, hidden].</summary>
    public EmbeddingTable EmbedTokens { get; }

    /// <summary>Positions.</summary>
    public RotaryEmbedding Rotary { get; }

    /// <summary>Runs a causal pass from position 0 that only fills the cache; the last layer stops at its keys and values.</summary>
    public void Fill(Tensor embeddings, KeyValueCache cache, CancellationToken cancellationToken)
    {
        var pass = CausalPass(embeddings, cache);
        RunUpToLast(embeddings, pass, cancellationToken);
        _layers.Items[^1].Fill(embeddings, pass);
    }

    /// <summary>A causal pass from position 0.</summary>
    public DecoderPass CausalPass(Tensor embeddings, KeyValueCache cache)
        => new(cache, 0, Rotary.First(checked((int)embeddings.shape[0])), null, null);

    /// <summary>
    /// Final hidden states [rows or wanted rows, hidden], normalised. The embeddings [rows, hidden] are used up.
    /// </summary>
    public Tensor Forward(Tensor embeddings, DecoderPass pass, CancellationToken cancellationToken)
    {
        using var scope = NewDisposeScope();
        RunUpToLast(embeddings, pass, cancellationToken);
        var states = embeddings;
        if (pass.Wanted is null)
        {
            _layers.Items[^1].Forward(embeddings, pass);
        }
        else
        {
            states = _layers.Items[^1].ForwardWanted(embeddings, pass);
        }

        return _norm.Forward(states).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Rotary.Dispose();
        }

        base.Dispose(disposing);
    }

    private void RunUpToLast(Tensor residual, DecoderPass pass, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _layers.Items.Count - 1; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _layers.Items[i].Forward(residual, pass);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }
}
