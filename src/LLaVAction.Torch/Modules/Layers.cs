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

    /// <summary>A projection: <c>weight</c> [outputs, inputs] and, where there is one, <c>bias</c> [outputs].</summary>
    public static Linear Linear(long inputs, long outputs, bool hasBias, ComputeDevice at)
    {
        var layer = nn.Linear(inputs, outputs, hasBias, NoMemory);
        layer.weight = Empty(at, outputs, inputs);
        layer.bias = hasBias ? Empty(at, outputs) : null;
        return layer;
    }

    /// <summary>A table of vectors: <c>weight</c> [rows, width].</summary>
    public static Embedding Embedding(long rows, long width, ComputeDevice at)
    {
        // A table that is given its weight at birth has another one registered under its name.
        var layer = nn.Embedding(1, width, device: at.Device, dtype: at.Type);
        layer.weight = Empty(at, rows, width);
        return layer;
    }

    /// <summary>LayerNorm over the last axis: <c>weight</c> and <c>bias</c> [width].</summary>
    public static LayerNorm LayerNorm(long width, double epsilon, ComputeDevice at) => nn.LayerNorm(width, epsilon, device: at.Device, dtype: at.Type);

    /// <summary>A parameter without values.</summary>
    public static Parameter Empty(ComputeDevice at, params long[] shape) => new(empty(shape, at.Type, at.Device));
}
