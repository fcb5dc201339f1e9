using LLaVAction.Models.Recognizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// AVION's recogniser: a ViT over the patches of all frames together, whose class token a linear layer reads. Parameters
/// have the checkpoint's names; no dropout, as in evaluation.
/// </summary>
internal sealed class VideoClassifier : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly VideoTransformer _visual;
    private readonly Linear _fcCls;

    public VideoClassifier(RecognizerConfiguration configuration)
        : base(nameof(VideoClassifier))
    {
        _visual = new VideoTransformer(configuration);
        _fcCls = nn.Linear(configuration.HiddenSize, configuration.Classes);
        register_module("visual", _visual);
        register_module("fc_cls", _fcCls);
    }

    // Logits [clips, classes] of pixel values [clips, frames, 3, size, size] and time embeddings [frames, hidden].
    public override Tensor forward(Tensor pixels, Tensor times) => Classify(Features(pixels, times));

    // The class token after the last norm [clips, hidden].
    public Tensor Features(Tensor pixels, Tensor times, Action<string, Tensor>? trace = null) => _visual.Forward(pixels, times, trace);

    // Logits [clips, classes] of features [clips, hidden].
    public Tensor Classify(Tensor features) => _fcCls.call(features);
}

/// <summary>The tower: patches, class token, space and time positions, pre-norm blocks.</summary>
internal sealed class VideoTransformer : nn.Module
{
    private readonly Linear _conv1;
    private readonly Parameter _classEmbedding;
    private readonly Parameter _positionalEmbedding;
    private readonly Parameter _temporalEmbedding;
    private readonly LayerNorm _lnPre;
    private readonly VideoTransformerBlocks _transformer;
    private readonly LayerNorm _lnPost;
    private readonly long _patchSize;

    public VideoTransformer(RecognizerConfiguration configuration)
        : base(nameof(VideoTransformer))
    {
        var width = configuration.HiddenSize;
        _patchSize = configuration.PatchSize;
        _conv1 = nn.Linear(3 * _patchSize * _patchSize, width, hasBias: false);
        _classEmbedding = nn.Parameter(empty(width));
        _positionalEmbedding = nn.Parameter(empty(1 + configuration.Patches, width));
        _temporalEmbedding = nn.Parameter(empty(configuration.Frames, width));
        _lnPre = nn.LayerNorm(width, configuration.LayerNormEpsilon);
        _transformer = new VideoTransformerBlocks(configuration);
        _lnPost = nn.LayerNorm(width, configuration.LayerNormEpsilon);
        register_module("conv1", _conv1);
        register_parameter("class_embedding", _classEmbedding);
        register_parameter("positional_embedding", _positionalEmbedding);
        register_parameter("temporal_embedding", _temporalEmbedding);
        register_module("ln_pre", _lnPre);
        register_module("transformer", _transformer);
        register_module("ln_post", _lnPost);
    }

    // The class token after the last norm [clips, hidden].
    public Tensor Forward(Tensor pixels, Tensor times, Action<string, Tensor>? trace)
    {
        var (clips, frames, grid) = (pixels.shape[0], pixels.shape[1], pixels.shape[3] / _patchSize);
        var patches = pixels.view(clips, frames, 3, grid, _patchSize, grid, _patchSize)
            .permute(0, 1, 3, 5, 2, 4, 6)
            .reshape(clips, frames * grid * grid, 3 * _patchSize * _patchSize);
        var positions = (_positionalEmbedding.narrow(0, 1, grid * grid).unsqueeze(0) + times.unsqueeze(1)).view(frames * grid * grid, -1);
        var first = (_classEmbedding + _positionalEmbedding[0]).expand(clips, 1, -1);
        var x = cat([first, _conv1.call(patches) + positions], 1);
        trace?.Invoke("embeddings", x);
        x = _lnPre.call(x);
        trace?.Invoke("ln_pre", x);
        x = _transformer.Forward(x, trace);
        return _lnPost.call(x.select(1, 0));
    }
}

/// <summary>The blocks, one after the other.</summary>
internal sealed class VideoTransformerBlocks : nn.Module
{
    private readonly ModuleList<VideoTransformerBlock> _resblocks;

    public VideoTransformerBlocks(RecognizerConfiguration configuration)
        : base(nameof(VideoTransformerBlocks))
    {
        _resblocks = nn.ModuleList(Enumerable.Range(0, configuration.Layers).Select(_ => new VideoTransformerBlock(configuration)).ToArray());
        register_module("resblocks", _resblocks);
    }

    public Tensor Forward(Tensor x, Action<string, Tensor>? trace)
    {
        for (var i = 0; i < _resblocks.Count; i++)
        {
            using var scope = NewDisposeScope();
            var attended = _resblocks[i].Attend(x);
            trace?.Invoke(FormattableString.Invariant($"block_{i}.attended"), attended);
            x = _resblocks[i].Transform(attended).MoveToOuterDisposeScope();
            trace?.Invoke(FormattableString.Invariant($"block_{i}"), x);
        }

        return x;
    }
}

/// <summary>One block: x += attention(ln_1(x)); x += mlp(ln_2(x)).</summary>
internal sealed class VideoTransformerBlock : nn.Module
{
    private readonly LayerNorm _ln1;
    private readonly VideoAttention _attn;
    private readonly LayerNorm _ln2;
    private readonly VideoMlp _mlp;

    public VideoTransformerBlock(RecognizerConfiguration configuration)
        : base(nameof(VideoTransformerBlock))
    {
        _ln1 = nn.LayerNorm(configuration.HiddenSize, configuration.LayerNormEpsilon);
        _attn = new VideoAttention(configuration.HiddenSize, configuration.Heads);
        _ln2 = nn.LayerNorm(configuration.HiddenSize, configuration.LayerNormEpsilon);
        _mlp = new VideoMlp(configuration.HiddenSize, configuration.IntermediateSize);
        register_module("ln_1", _ln1);
        register_module("attn", _attn);
        register_module("ln_2", _ln2);
        register_module("mlp", _mlp);
    }

    public Tensor Attend(Tensor x) => x + _attn.call(_ln1.call(x));

    public Tensor Transform(Tensor x) => x + _mlp.call(_ln2.call(x));
}

/// <summary>Attention of every token to every token; the scores are never held in memory.</summary>
internal sealed class VideoAttention : nn.Module<Tensor, Tensor>
{
    private readonly Linear _wqkv;
    private readonly Linear _outProj;
    private readonly long _heads;

    public VideoAttention(long width, long heads)
        : base(nameof(VideoAttention))
    {
        _heads = heads;
        _wqkv = nn.Linear(width, 3 * width);
        _outProj = nn.Linear(width, width);
        register_module("Wqkv", _wqkv);
        register_module("out_proj", _outProj);
    }

    public override Tensor forward(Tensor x)
    {
        var (clips, tokens, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var joint = _wqkv.call(x).view(clips, tokens, 3, _heads, width / _heads).permute(2, 0, 3, 1, 4).unbind(0);
        var attended = nn.functional.scaled_dot_product_attention(joint[0], joint[1], joint[2]);
        return _outProj.call(attended.transpose(1, 2).reshape(clips, tokens, width));
    }
}

/// <summary>Two projections with the exact GELU between them.</summary>
internal sealed class VideoMlp : nn.Module<Tensor, Tensor>
{
    private readonly Linear _fc1;
    private readonly Linear _fc2;

    public VideoMlp(long width, long intermediate)
        : base(nameof(VideoMlp))
    {
        _fc1 = nn.Linear(width, intermediate);
        _fc2 = nn.Linear(intermediate, width);
        register_module("fc1", _fc1);
        register_module("fc2", _fc2);
    }

    public override Tensor forward(Tensor x) => _fc2.call(nn.functional.gelu(_fc1.call(x)));
}
