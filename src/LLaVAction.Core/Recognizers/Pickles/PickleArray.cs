using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>A NumPy array whose elements stay in the file, or whose elements are objects.</summary>
internal sealed class PickleArray
{
    private static readonly PickleDType Unknown = PickleDType.Parse("O", static message => new InputException(message));

    /// <summary>The element type.</summary>
    public PickleDType Type { get; private set; } = Unknown;

    /// <summary>The size of each dimension; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [0];

    /// <summary>Whether the first index varies fastest in memory.</summary>
    public bool IsFortran { get; private set; }

    /// <summary>The elements' bytes; null for an array of objects.</summary>
    public PickleBytes? Bytes { get; private set; }

    /// <summary>The elements of an array of objects, in C order.</summary>
    public IReadOnlyList<object?> Objects { get; private set; } = [];

    /// <summary>How many elements the shape says there are.</summary>
    public long Count => Shape.Aggregate(1L, static (product, size) => product * size);

    /// <summary>The shape as <c>200 x 3806</c>, for messages.</summary>
    public string ShapeText => string.Join(" x ", Shape.Select(static size => size.ToString(CultureInfo.InvariantCulture)));

    public static PickleArray Create(PickleBytes bytes, PickleDType type, long[] shape, bool isFortran, Func<string, InputException> error)
    {
        var array = new PickleArray();
        array.Fill(bytes, type, shape, isFortran, error);
        return array;
    }

    public void Fill(PickleBytes bytes, PickleDType type, long[] shape, bool isFortran, Func<string, InputException> error)
    {
        if (type.Kind == 'O')
        {
            throw error("an array of objects without its list of objects.");
        }

        Set(type, shape, isFortran, error);
        var claimed = new BigClaim(shape, type.Size);
        var isBacked = bytes switch
        {
            PickleFileBytes { IsLatin1AsUtf8: true } text => claimed.Bytes <= text.Length && claimed.Bytes >= (text.Length + 1) / 2,
            PickleFileBytes stored => claimed.Bytes == stored.Length,
            PickleTextBytes { Text.Length: var length } => claimed.Bytes == length,
            _ => false,
        };
        Bytes = isBacked
            ? bytes
            : throw error($"an array of {ShapeText} {type} claims {claimed}, but the file holds another number for it. It is truncated or hostile; get it again.");
    }

    public void Fill(IReadOnlyList<object?> objects, PickleDType type, long[] shape, bool isFortran, Func<string, InputException> error)
    {
        Set(type, shape, isFortran, error);
        if (type.Kind != 'O' || new BigClaim(shape, 1).Bytes != objects.Count)
        {
            throw error(string.Create(CultureInfo.InvariantCulture, $"an array of {ShapeText} {type} comes with {objects.Count} objects. The pickle is malformed."));
        }

        Objects = objects;
    }

    private void Set(PickleDType type, long[] shape, bool isFortran, Func<string, InputException> error)
    {
        if (Bytes is not null || Objects.Count > 0)
        {
            throw error("an array is filled twice. The pickle is malformed or hostile.");
        }

        (Type, Shape, IsFortran) = (type.Copy(), shape, isFortran);
    }

    /// <summary>Elements times size without overflow: hostile shapes multiply to anything.</summary>
    private readonly struct BigClaim(long[] shape, int size)
    {
        public UInt128 Exact { get; } = Multiply(shape, size);

        public long Bytes => Exact > long.MaxValue ? long.MaxValue : (long)Exact;

        public override string ToString() => Exact == UInt128.MaxValue
            ? "more bytes than there can be"
            : string.Create(CultureInfo.InvariantCulture, $"{Exact:N0} bytes");

        private static UInt128 Multiply(long[] shape, int size)
        {
            var product = (UInt128)size;
            foreach (var length in shape)
            {
                if (length == 0)
                {
                    return 0;
                }

                // At most 4 sizes below 2^63: saturate rather than overflow.
                product = product > UInt128.MaxValue / (UInt128)length ? UInt128.MaxValue : product * (UInt128)length;
            }

            return product;
        }
    }
}
