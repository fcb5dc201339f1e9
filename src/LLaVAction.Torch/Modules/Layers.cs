using LLaVAction.Torch.Native;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// Layers without initial values, which come from a checkpoint: the library would draw billions of random numbers first.
/// </summary>
internal static class Layers
{
    private static readonly Device NoMemory = new(DeviceType.META);

    // A projection: 'weight' [outputs, inputs] and, where there is one, 'bias' [outputs].
    public static Linear Linear(long inputs, long outputs, bool hasBias, ComputeDevice at)
    {
        var layer = nn.Linear(inputs, outputs, hasBias, NoMemory);
        layer.weight = Empty(at, outputs, inputs);
        layer.bias = hasBias ? Empty(at, outputs) : null;
        return layer;
    }

    // A table of vectors: 'weight' [rows, width].
    public static Embedding Embedding(long rows, long width, ComputeDevice at)
    {
        // A table that is given its weight at birth has another one registered under its name.
        var layer = nn.Embedding(1, width, device: at.Device, dtype: at.Type);
        layer.weight = Empty(at, rows, width);
        return layer;
    }

    // LayerNorm over the last axis: 'weight' and 'bias' [width].
    public static LayerNorm LayerNorm(long width, double epsilon, ComputeDevice at) => nn.LayerNorm(width, epsilon, device: at.Device, dtype: at.Type);

    public static Parameter Empty(ComputeDevice at, params long[] shape) => new(empty(shape, at.Type, at.Device));
}
