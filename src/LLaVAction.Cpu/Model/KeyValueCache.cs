using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// Keys and values of one sequence in every layer; grows as it fills. It may continue another cache, its prefix, which many
/// may share and which must outlive it unchanged.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly KeyValueCache? _prefix;
    private readonly int _layers;
    private Matrix _storage;
    private int _capacity;

    /// <summary>Makes room for <paramref name="capacity"/> positions of its own.</summary>
    /// <param name="layers">Decoder layers.</param>
    /// <param name="width">Key-value heads · head size.</param>
    /// <param name="capacity">Positions of its own to begin with.</param>
    /// <param name="prefix">What comes before; null for nothing.</param>
    public KeyValueCache(int layers, int width, int capacity, KeyValueCache? prefix = null)
    {
        if (prefix?._prefix is not null)
        {
            throw new ArgumentException("A prefix cannot have a prefix: attention reads two segments.", nameof(prefix));
        }

        _prefix = prefix;
        _layers = layers;
        _capacity = capacity;
        _storage = new Matrix(checked(layers * 2 * capacity), width);
    }

    public int Length { get; private set; }

    public int NextPosition => (_prefix?.Length ?? 0) + Length;

    public KeyValueSegment Prefix(int layer) => _prefix?.Own(layer, 0) ?? Segment(layer, 0);

    // Keys and values of its own positions, with those stored since the last Advance.
    public KeyValueSegment Own(int layer, int stored) => Segment(layer, Length + stored);

    public void Reserve(int count)
    {
        var needed = Length + count;
        if (needed <= _capacity)
        {
            return;
        }

        var capacity = Math.Max(needed, 2 * _capacity);
        var storage = new Matrix(checked(_layers * 2 * capacity), _storage.Columns);
        for (var part = 0; part < _layers * 2; part++)
        {
            _storage.View.SliceRows(part * _capacity, Length).CopyTo(storage.View.SliceRows(part * capacity, Length));
        }

        _storage.Dispose();
        _storage = storage;
        _capacity = capacity;
    }

    // Stores keys and values of the next positions in one layer; they count after Advance.
    public void Store(int layer, MatrixView keys, MatrixView values)
    {
        var target = Segment(layer, Length + keys.Rows);
        keys.CopyTo(target.Keys.SliceRows(Length, keys.Rows));
        values.CopyTo(target.Values.SliceRows(Length, values.Rows));
    }

    public void Advance(int count) => Length += count;

    public void Dispose() => _storage.Dispose();

    private KeyValueSegment Segment(int layer, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _capacity);
        var first = layer * 2 * _capacity;
        return new KeyValueSegment(_storage.View.SliceRows(first, length), _storage.View.SliceRows(first + _capacity, length));
    }
}
