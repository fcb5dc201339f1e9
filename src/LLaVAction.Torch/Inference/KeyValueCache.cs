using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// Keys and values of all layers in buffers that stay: one sequence after the other uses them, and they grow where one is
/// longer than all before.
/// </summary>
internal sealed class KeyValueCache(LanguageConfiguration language, ComputeDevice at) : IDisposable
{
    private const int Granularity = 256;
    private readonly Tensor[] _keys = new Tensor[language.Layers];
    private readonly Tensor[] _values = new Tensor[language.Layers];

    public int Capacity { get; private set; }

    // Makes room; what the buffers held is lost where they grow.
    public void Reserve(int positions)
    {
        if (positions <= Capacity)
        {
            return;
        }

        var capacity = (positions + Granularity - 1) / Granularity * Granularity;
        Dispose();
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer] = Buffer();
            _values[layer] = Buffer();
        }

        Capacity = capacity;

        Tensor Buffer() => empty([language.KeyValueHeads, capacity, language.HeadDimension], at.Type, at.Device).DetachFromDisposeScope();
    }

    // Writes keys and values [rows, key-value heads, head dimension] of consecutive positions.
    public void Write(int layer, long start, Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        var rows = keys.shape[0];
        _keys[layer].narrow(1, start, rows).copy_(keys.transpose(0, 1), nonBlocking: true);
        _values[layer].narrow(1, start, rows).copy_(values.transpose(0, 1), nonBlocking: true);
    }

    // Keys and values [1, key-value heads, length, head dimension] of the first positions: views.
    public (Tensor Keys, Tensor Values) Read(int layer, long length)
        => (_keys[layer].narrow(1, 0, length).unsqueeze(0), _values[layer].narrow(1, 0, length).unsqueeze(0));

    public void Dispose()
    {
        Capacity = 0;
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            _keys[layer]?.Dispose();
            _values[layer]?.Dispose();
        }
    }
}
