namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Keys and values of all positions, laid out for micro-kernels: per key-value head and block of keys, the keys turned into
/// panels [head size, tile columns] and the values as panels [keys, tile columns]. Prefix and suffix become one here.
/// </summary>
internal sealed unsafe class PackedKeyValues
{
    private MicroKernel _scoreKernel = MicroKernel.Best;
    private MicroKernel _valueKernel = MicroKernel.Best;
    private KeyValueSegment _prefix;
    private KeyValueSegment _suffix;
    private int _headSize;
    private float* _memory;

    public int Length => _prefix.Length + _suffix.Length;

    public int BlockCount => (Length + SummationOrder.KeyBlock - 1) / SummationOrder.KeyBlock;

    public int KeyPanelLength => _headSize * _scoreKernel.TileColumns;

    public int ValuePanelLength => SummationOrder.KeyBlock * _valueKernel.TileColumns;

    public int ValuePanels => (_headSize + _valueKernel.TileColumns - 1) / _valueKernel.TileColumns;

    private static int KeyBlock => SummationOrder.KeyBlock;

    private long KeyBlockLength => (long)_headSize * KeyBlock;

    private long BlockLength => KeyBlockLength + ((long)ValuePanels * ValuePanelLength);

    public void Describe(MicroKernel scores, MicroKernel values, int size, KeyValueSegment first, KeyValueSegment second)
    {
        _scoreKernel = scores;
        _valueKernel = values;
        _headSize = size;
        _prefix = first;
        _suffix = second;
    }

    public long ScratchLength(int heads) => heads * BlockCount * BlockLength;

    public void Place(float* scratch) => _memory = scratch;

    public float* Keys(int head, int block) => _memory + ((((long)head * BlockCount) + block) * BlockLength);

    public float* Values(int head, int block) => Keys(head, block) + KeyBlockLength;

    /// <summary>Packs one block of one head.</summary>
    /// <param name="head">Key-value head.</param>
    /// <param name="block">Block of keys.</param>
    /// <param name="gather">Scratch of a tile's columns times the head size.</param>
    public void Pack(int head, int block, float* gather)
    {
        var start = block * KeyBlock;
        var count = Math.Min(KeyBlock, Length - start);
        var width = _scoreKernel.TileColumns;
        for (var column = 0; column < count; column += width)
        {
            PackKeys(head, start + column, Keys(head, block) + (column / width * KeyPanelLength), gather);
        }

        for (var key = 0; key < count; key++)
        {
            var source = Row(start + key, isKey: false) + (head * _headSize);
            PackValue(source, Values(head, block) + (key * _valueKernel.TileColumns));
        }
    }

    private void PackKeys(int head, int position, float* panel, float* gather)
    {
        var width = _scoreKernel.TileColumns;
        var count = Math.Min(width, Length - position);
        var isSplit = position < _prefix.Length && position + count > _prefix.Length;
        var keys = position < _prefix.Length ? _prefix.Keys : _suffix.Keys;
        var source = Row(position, isKey: true) + (head * _headSize);
        var rowBytes = (nint)keys.Stride * sizeof(float);
        if (isSplit)
        {
            for (var key = 0; key < count; key++)
            {
                var row = Row(position + key, isKey: true) + (head * _headSize);
                new ReadOnlySpan<float>(row, _headSize).CopyTo(new Span<float>(gather + (key * _headSize), _headSize));
            }

            source = gather;
            rowBytes = _headSize * sizeof(float);
        }

        WeightPacking.Pack((byte*)source, WeightType.Float32, rowBytes, count, width, _headSize, panel);
    }

    private void PackValue(float* source, float* target)
    {
        var width = _valueKernel.TileColumns;
        for (var column = 0; column < _headSize; column += width, target += ValuePanelLength)
        {
            var count = Math.Min(width, _headSize - column);
            var panelRow = new Span<float>(target, width);
            new ReadOnlySpan<float>(source + column, count).CopyTo(panelRow);
            panelRow[count..].Clear();
        }
    }

    private float* Row(int position, bool isKey)
    {
        var segment = position < _prefix.Length ? _prefix : _suffix;
        var row = position < _prefix.Length ? position : position - _prefix.Length;
        return (isKey ? segment.Keys : segment.Values).RowPointer(row);
    }
}
