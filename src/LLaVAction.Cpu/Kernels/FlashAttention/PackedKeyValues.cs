using LLaVAction.Cpu.Kernels.Gemm;

namespace LLaVAction.Cpu.Kernels.FlashAttention;

/// <summary>
/// Keys and values of all positions, laid out for micro-kernels: per key-value head and block of keys, the keys turned into
/// panels [head size, tile columns] and the values as panels [keys, tile columns]. Prefix and suffix become one here.
/// </summary>
internal sealed unsafe class PackedKeyValues
{
    private MicroKernel scoreKernel = MicroKernel.Best;
    private MicroKernel valueKernel = MicroKernel.Best;
    private KeyValueSegment prefix;
    private KeyValueSegment suffix;
    private int headSize;
    private float* memory;

    /// <summary>Positions in all.</summary>
    public int Length => prefix.Length + suffix.Length;

    /// <summary>Blocks of keys.</summary>
    public int BlockCount => (Length + SummationOrder.KeyBlock - 1) / SummationOrder.KeyBlock;

    /// <summary>Values of one key panel.</summary>
    public int KeyPanelLength => headSize * scoreKernel.TileColumns;

    /// <summary>Values of one value panel.</summary>
    public int ValuePanelLength => SummationOrder.KeyBlock * valueKernel.TileColumns;

    /// <summary>Panels that the columns of a value take.</summary>
    public int ValuePanels => (headSize + valueKernel.TileColumns - 1) / valueKernel.TileColumns;

    private static int KeyBlock => SummationOrder.KeyBlock;

    private long KeyBlockLength => (long)headSize * KeyBlock;

    private long BlockLength => KeyBlockLength + ((long)ValuePanels * ValuePanelLength);

    /// <summary>Says what is to be packed.</summary>
    public void Describe(MicroKernel scores, MicroKernel values, int size, KeyValueSegment first, KeyValueSegment second)
    {
        scoreKernel = scores;
        valueKernel = values;
        headSize = size;
        prefix = first;
        suffix = second;
    }

    /// <summary>Values of scratch needed for <paramref name="heads"/> key-value heads.</summary>
    public long ScratchLength(int heads) => heads * BlockCount * BlockLength;

    /// <summary>Sets where the panels go.</summary>
    public void Place(float* scratch) => memory = scratch;

    /// <summary>The panels of a block's keys.</summary>
    public float* Keys(int head, int block) => memory + ((((long)head * BlockCount) + block) * BlockLength);

    /// <summary>The panels of a block's values.</summary>
    public float* Values(int head, int block) => Keys(head, block) + KeyBlockLength;

    /// <summary>Packs one block of one head.</summary>
    /// <param name="head">Key-value head.</param>
    /// <param name="block">Block of keys.</param>
    /// <param name="gather">Scratch of a tile's columns times the head size.</param>
    public void Pack(int head, int block, float* gather)
    {
        int start = block * KeyBlock;
        int count = Math.Min(KeyBlock, Length - start);
        int width = scoreKernel.TileColumns;
        for (int column = 0; column < count; column += width)
        {
            PackKeys(head, start + column, Keys(head, block) + (column / width * KeyPanelLength), gather);
        }

        for (int key = 0; key < count; key++)
        {
            float* source = Row(start + key, isKey: false) + (head * headSize);
            PackValue(source, Values(head, block) + (key * valueKernel.TileColumns));
        }
    }

    private void PackKeys(int head, int position, float* panel, float* gather)
    {
        int width = scoreKernel.TileColumns;
        int count = Math.Min(width, Length - position);
        bool isSplit = position < prefix.Length && position + count > prefix.Length;
        MatrixView keys = position < prefix.Length ? prefix.Keys : suffix.Keys;
        float* source = Row(position, isKey: true) + (head * headSize);
        nint rowBytes = (nint)keys.Stride * sizeof(float);
        if (isSplit)
        {
            for (int key = 0; key < count; key++)
            {
                float* row = Row(position + key, isKey: true) + (head * headSize);
                new ReadOnlySpan<float>(row, headSize).CopyTo(new Span<float>(gather + (key * headSize), headSize));
            }

            source = gather;
            rowBytes = headSize * sizeof(float);
        }

        WeightPacking.Pack((byte*)source, WeightType.Float32, rowBytes, count, width, headSize, panel);
    }

    private void PackValue(float* source, float* target)
    {
        int width = valueKernel.TileColumns;
        for (int column = 0; column < headSize; column += width, target += ValuePanelLength)
        {
            int count = Math.Min(width, headSize - column);
            var panelRow = new Span<float>(target, width);
            new ReadOnlySpan<float>(source + column, count).CopyTo(panelRow);
            panelRow[count..].Clear();
        }
    }

    private float* Row(int position, bool isKey)
    {
        KeyValueSegment segment = position < prefix.Length ? prefix : suffix;
        int row = position < prefix.Length ? position : position - prefix.Length;
        return (isKey ? segment.Keys : segment.Values).RowPointer(row);
    }
}
