using LLaVAction.Epic;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Recognizers;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// AVION's recogniser on libtorch: a ViT over the patches of all frames together, whose class token a linear layer reads. On a
/// GPU several clips at a time.
/// </summary>
internal sealed class TorchActionRecognizer : IActionRecognizer
{
    private const int ClipsOnGpu = 4;

    private readonly RecognizerCheckpoint _checkpoint;
    private readonly ComputeDevice _device;
    private readonly Dictionary<string, Tensor> _weights;

    public TorchActionRecognizer(RecognizerCheckpoint checkpoint, ComputeDevice device)
    {
        _checkpoint = checkpoint;
        _device = device;
        Description = checkpoint.Describe("torch", device.Name, device.Precision);
        _weights = Configuration.TensorShapes().ToDictionary(
            static item => item.Key, item => HostTensors.FromValues(checkpoint.Tensors[item.Key].ToFloat32(), item.Value, device), StringComparer.Ordinal);
    }

    public ModelDescription Description { get; }

    public RecognizerConfiguration Configuration => _checkpoint.Configuration;

    public IReadOnlyList<ActionClass> Classes => _checkpoint.Classes.Classes;

    public int PreferredClips => _device.IsCuda ? ClipsOnGpu : 1;

    public IReadOnlyList<ClassScores> Score(IReadOnlyList<float[]> clips, int frames, CancellationToken cancellationToken)
    {
        var scores = new List<ClassScores>(clips.Count);
        foreach (var batch in clips.Chunk(PreferredClips))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var inference = inference_mode();
            var features = Features([.. batch.SelectMany(static clip => clip)], batch.Length, frames);
            var (logits, vectors) = (HostTensors.ToArray(Linear(features, "fc_cls")), HostTensors.ToArray(features));
            scores.AddRange(logits.Chunk(Configuration.Classes).Zip(vectors.Chunk(Configuration.HiddenSize), static (row, vector) => new ClassScores(row, vector)));
        }

        return scores;
    }

    public IReadOnlyDictionary<string, StageTensor> Trace(float[] clip, int frames)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var stages = new Dictionary<string, StageTensor>(StringComparer.Ordinal);
        var features = Features(clip, 1, frames, Keep);
        Keep("ln_post", features);
        Keep("logits", Linear(features, "fc_cls"));
        return stages;

        void Keep(string stage, Tensor values) => stages.Add(stage, HostTensors.ToStage(values[0].view(-1, values.shape[^1])));
    }

    public void Dispose()
    {
        foreach (var weight in _weights.Values)
        {
            weight.Dispose();
        }

        _checkpoint.Dispose();
    }

    // The class token after the last norm [clips, hidden], of pixel values [clips, frames, 3, size, size].
    private Tensor Features(float[] values, int clips, int frames, Action<string, Tensor>? trace = null)
    {
        var (size, patch) = (Configuration.ImageSize, Configuration.PatchSize);
        var grid = size / patch;
        var pixels = HostTensors.FromValues(values, [clips, frames, 3, size, size], _device);
        var patches = pixels.view(clips, frames, 3, grid, patch, grid, patch).permute(0, 1, 3, 5, 2, 4, 6).reshape(clips, frames * grid * grid, 3 * patch * patch);
        var times = HostTensors.FromValues(_checkpoint.TimeEmbedding(frames), [frames, 1, Configuration.HiddenSize], _device);
        var places = _weights["visual.positional_embedding"];
        var positions = (places.narrow(0, 1, grid * grid).unsqueeze(0) + times).view(frames * grid * grid, -1);
        var first = (_weights["visual.class_embedding"] + places[0]).expand(clips, 1, -1);
        var x = cat([first, nn.functional.linear(patches, _weights["visual.conv1.weight"]) + positions], 1);
        trace?.Invoke("embeddings", x);
        x = Norm(x, "visual.ln_pre");
        trace?.Invoke("ln_pre", x);
        for (var layer = 0; layer < Configuration.Layers; layer++)
        {
            using var scope = NewDisposeScope();
            var block = RecognizerNames.Block(layer);
            x = x + Attend(Norm(x, block + "ln_1"), block);
            trace?.Invoke(FormattableString.Invariant($"block_{layer}.attended"), x);
            x = (x + Linear(nn.functional.gelu(Linear(Norm(x, block + "ln_2"), block + "mlp.fc1")), block + "mlp.fc2")).MoveToOuterDisposeScope();
            trace?.Invoke(FormattableString.Invariant($"block_{layer}"), x);
        }

        return Norm(x.select(1, 0), "visual.ln_post");
    }

    // Of every token to every token; the scores are never held in memory.
    private Tensor Attend(Tensor x, string block)
    {
        var (clips, tokens, width) = (x.shape[0], x.shape[1], x.shape[2]);
        var joint = Linear(x, block + "attn.Wqkv").view(clips, tokens, 3, Configuration.Heads, -1).permute(2, 0, 3, 1, 4).unbind(0);
        var attended = nn.functional.scaled_dot_product_attention(joint[0], joint[1], joint[2]);
        return Linear(attended.transpose(1, 2).reshape(clips, tokens, width), block + "attn.out_proj");
    }

    private Tensor Linear(Tensor x, string name) => nn.functional.linear(x, _weights[name + ".weight"], _weights[name + ".bias"]);

    private Tensor Norm(Tensor x, string name) =>
        nn.functional.layer_norm(x, [Configuration.HiddenSize], _weights[name + ".weight"], _weights[name + ".bias"], Configuration.LayerNormEpsilon);
}
