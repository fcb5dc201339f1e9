namespace LLaVAction.Recognizers.Pickles;

/// <summary>A tensor of a torch file: which elements of which storage, in the order of its strides.</summary>
public sealed record TorchTensor
{
    private TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides)
    {
        Storage = storage.Entry;
        ElementType = storage.Type.Name;
        ElementSize = storage.Type.Size;
        Offset = offset;
        Position = storage.Position + (offset * storage.Type.Size);
        Shape = shape;
        Strides = strides;
    }

    /// <summary>The type of the elements by its safetensors name, for example <c>F32</c>.</summary>
    public string ElementType { get; }

    /// <summary>Bytes of one element.</summary>
    public int ElementSize { get; }

    /// <summary>Sizes, outermost first; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Elements from one index to the next, for each axis.</summary>
    public IReadOnlyList<long> Strides { get; }

    /// <summary>How many elements there are.</summary>
    public long Count => Shape.Aggregate(1L, static (product, size) => product * size);

    internal string Storage { get; }

    internal long Offset { get; }

    internal long Position { get; }

    internal long Extent => Count == 0 ? 0 : 1 + Shape.Zip(Strides, static (size, stride) => (size - 1) * stride).Sum();

    internal bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Count - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Strides[axis] != expected)
                {
                    return Count == 0;
                }

                expected *= Shape[axis];
            }

            return true;
        }
    }

    internal PickleArray ToArray(Func<string, InputException> error)
    {
        var type = ElementType switch { "F16" or "F32" or "F64" => 'f', "I8" or "I16" or "I32" or "I64" => 'i', "U8" => 'u', _ => throw error($"a tensor of {ElementType} elements, expected floats or integers. Save it with .float().") };
        return IsContiguous
            ? PickleArray.Create(new PickleFileBytes(Position, Count * ElementSize), PickleDType.Parse(FormattableString.Invariant($"{type}{ElementSize}"), error), [.. Shape], isFortran: false, error)
            : throw error("a tensor that is not contiguous. Save it with .contiguous().");
    }

    // Checks shape, strides and offset against the storage: no element outside, none shared by two indices, no large gaps.
    internal static TorchTensor Create(TorchStorage storage, long offset, long[] shape, long[] strides, Func<string, InputException> error)
    {
        if (shape.Length != strides.Length || offset < 0 || shape.Any(static size => size < 0) || strides.Any(static stride => stride < 0))
        {
            throw error("a tensor of negative or missing sizes, strides or offset. The file is malformed or hostile.");
        }

        UInt128 count = 1, extent = 1;
        var axes = Enumerable.Range(0, shape.Length).Where(axis => shape[axis] != 1).OrderBy(axis => strides[axis]).ToArray();
        if (!shape.Contains(0))
        {
            foreach (var axis in axes)
            {
                if ((UInt128)strides[axis] < extent)
                {
                    throw error("a tensor whose strides overlap, expected every element in a place of its own. Save it with .contiguous().");
                }

                extent += (UInt128)(shape[axis] - 1) * (UInt128)strides[axis];
                count *= (UInt128)shape[axis];
                if (extent > (UInt128)storage.Count)
                {
                    break;
                }
            }

            if (extent + (UInt128)offset > (UInt128)storage.Count)
            {
                throw error("a tensor that goes beyond its storage. The file is malformed or hostile; get it again.");
            }

            var tensor = new TorchTensor(storage, offset, shape, strides);
            return tensor.IsContiguous || (extent <= 4 * count && extent <= int.MaxValue / 8) ? tensor : throw error("a tensor stored with gaps, expected its elements side by side. Save it with .contiguous().");
        }

        return new TorchTensor(storage, 0, shape, strides);
    }
}

/// <summary>A storage that a pickle names: an entry of the zip, and what its bytes are.</summary>
internal sealed record TorchStorage(string Entry, PickleStorageType Type, long Count, long Position);

/// <summary>The element type of a storage: its safetensors name, and bytes per element.</summary>
internal sealed record PickleStorageType(string Name, int Size)
{
    // The type that a class of module 'torch' stands for; null for every other name.
    public static PickleStorageType? Find(string name) => name switch
    {
        "FloatStorage" => new("F32", 4),
        "HalfStorage" => new("F16", 2),
        "BFloat16Storage" => new("BF16", 2),
        "DoubleStorage" => new("F64", 8),
        "LongStorage" => new("I64", 8),
        "IntStorage" => new("I32", 4),
        "ShortStorage" => new("I16", 2),
        "CharStorage" => new("I8", 1),
        "ByteStorage" => new("U8", 1),
        "BoolStorage" => new("BOOL", 1),
        _ => null,
    };
}
