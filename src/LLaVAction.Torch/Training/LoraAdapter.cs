using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>
/// A low-rank adapter (Hu and others, 2021) hooked to a linear layer: y = W·x + (α / r) · B·A·dropout(x). B starts as 0, A
/// uniform as a linear layer's weight.
/// </summary>
internal sealed class LoraAdapter : IDisposable
{
    private readonly Linear _layer;
    private readonly LoraSettings _settings;
    private readonly ComputeDevice _at;

    public LoraAdapter(string name, Linear layer, LoraSettings settings, ComputeDevice at, long seed)
    {
        Name = name;
        _layer = layer;
        _settings = settings;
        _at = at;
        var bound = 1 / Math.Sqrt(layer.in_features);
        var random = new KeyedRandom(seed, name, "lora");
        var values = new float[settings.Rank * layer.in_features];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
        }

        A = new Parameter(tensor(values, [settings.Rank, layer.in_features]).to(at.Type, at.Device));
        B = new Parameter(zeros([layer.out_features, settings.Rank], at.Type, at.Device));
        layer.register_forward_hook((_, x, y) => Adapt(x, y));
    }

    public string Name { get; }

    // [r, inputs].
    public Parameter A { get; }

    // [outputs, r].
    public Parameter B { get; }

    // Seed of the dropout of the next passes; the same seed drops the same, so that a pass can be computed again. Null drops
    // nothing.
    public long? DropoutSeed { get; set; }

    private double Scale => _settings.Alpha / _settings.Rank;

    public static LoraAdapter[] Attach(Llava model, LoraSettings settings, long seed) =>
    [
        .. from item in model.named_modules()
           where item.module is Linear && item.name.StartsWith("language_model.layers.", StringComparison.Ordinal)
               && settings.Targets.Contains(item.name[(item.name.LastIndexOf('.') + 1)..], StringComparer.Ordinal)
           select new LoraAdapter(item.name, (Linear)item.module, settings, model.At, seed),
    ];

    // The layer's weight with the adapter merged in [outputs, inputs], in float32 or wider.
    public Tensor Merged()
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var type = _at.Type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        return (_layer.weight.to_type(type) + (Scale * B.to_type(type).matmul(A.to_type(type)))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }

    private Tensor Adapt(Tensor x, Tensor y)
    {
        using var scope = NewDisposeScope();
        var input = DropoutSeed is { } seed && _settings.Dropout > 0 ? x * Mask(x, seed) : x;
        return (y + (Scale * nn.functional.linear(nn.functional.linear(input, A), B))).MoveToOuterDisposeScope();
    }

    private Tensor Mask(Tensor x, long seed)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed, _at.Device);
        var kept = rand(x.shape, ScalarType.Float32, _at.Device, generator: generator) >= _settings.Dropout;
        return (kept.to_type(x.dtype) / (1 - _settings.Dropout)).MoveToOuterDisposeScope();
    }
}
