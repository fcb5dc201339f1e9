using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>A NumPy array whose elements stay in the file, or whose elements are objects.</summary>
internal sealed class PickleArray
{
    private static readonly PickleDType Unknown = PickleDType.Parse("O", static message => new InputException(message));

    public PickleDType Type { get; private set; } = Unknown;

    // The size of each dimension; empty for a scalar.
    public IReadOnlyList<long> Shape { get; private set; } = [0];

    public bool IsFortran { get; private set; }

    // The elements' bytes; null for an array of objects.
    public PickleBytes? Bytes { get; private set; }

    public IReadOnlyList<object?> Objects { get; private set; } = [];

    public long Count => Shape.Aggregate(1L, static (product, size) => product * size);

    // The shape as '200 x 3806', for messages.
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
        var claimed = Multiply(shape, type.Size);
        var isBacked = bytes switch
        {
            PickleFileBytes { IsLatin1AsUtf8: true } text => claimed <= (UInt128)text.Length && claimed >= (UInt128)((text.Length + 1) / 2),
            PickleFileBytes stored => claimed == (UInt128)stored.Length,
            PickleTextBytes { Text.Length: var length } => claimed == (UInt128)length,
            _ => false,
        };
        Bytes = isBacked ? bytes : throw error(
            $"an array of {ShapeText} {type} claims {(claimed == UInt128.MaxValue ? "more bytes than there can be" : string.Create(CultureInfo.InvariantCulture, $"{claimed:N0} bytes"))}, but the file holds another number for it. It is truncated or hostile; get it again.");
    }

    public void Fill(IReadOnlyList<object?> objects, PickleDType type, long[] shape, bool isFortran, Func<string, InputException> error)
    {
        Set(type, shape, isFortran, error);
        if (type.Kind != 'O' || Multiply(shape, 1) != (UInt128)objects.Count)
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

    // Elements times size; hostile shapes multiply to anything, so that it saturates.
    private static UInt128 Multiply(long[] shape, int size)
    {
        var product = (UInt128)size;
        foreach (var length in shape)
        {
            if (length == 0)
            {
                return 0;
            }

            product = product > UInt128.MaxValue / (UInt128)length ? UInt128.MaxValue : product * (UInt128)length;
        }

        return product;
    }
}

/// <summary>The element type of an array; its byte order arrives after it was created, as in NumPy.</summary>
internal sealed class PickleDType
{
    private PickleDType(char kind, int size) => (Kind, Size) = (kind, size);

    // NumPy's letter: 'f' float, 'i' and 'u' integer, 'b' Boolean, 'U' text, 'S' bytes, 'O' object.
    public char Kind { get; }

    public int Size { get; private set; }

    public bool IsBigEndian { get; private set; }

    public static PickleDType Parse(string code, Func<string, InputException> error)
    {
        var text = code.AsSpan();
        var isBigEndian = text.StartsWith(">");
        text = text.TrimStart("<>|=");
        var kind = text.IsEmpty ? '?' : text[0];
        if (!int.TryParse(text.IsEmpty ? text : text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            number = 0;
        }

        var size = (kind, number) switch
        {
            ('f', 2 or 4 or 8) or ('i' or 'u', 1 or 2 or 4 or 8) or ('b', 1) or ('S', <= 4096) => number,
            ('U', <= 4096) => number * 4,
            ('O', _) => 8,
            _ => throw error($"the element type '{Printable(code)}', expected float16, float32, float64, integers, texts or objects."),
        };
        return new PickleDType(kind, size) { IsBigEndian = isBigEndian };
    }

    public void SetState(string byteOrder, long size, Func<string, InputException> error)
    {
        IsBigEndian = byteOrder switch
        {
            "<" or "|" or "=" => false,
            ">" => true,
            _ => throw error("an element type of unknown byte order."),
        };
        if (size < 0)
        {
            return;
        }

        // Texts state their size again; numbers cannot change theirs.
        var isValid = Kind == 'U' ? size <= 16384 && size % 4 == 0 : Kind == 'S' ? size <= 4096 : size == Size;
        Size = isValid ? (int)size : throw error("an element type of unexpected size.");
    }

    public PickleDType Copy() => new(Kind, Size) { IsBigEndian = IsBigEndian };

    public override string ToString() => Kind switch
    {
        'f' => string.Create(CultureInfo.InvariantCulture, $"float{Size * 8}"),
        'i' => string.Create(CultureInfo.InvariantCulture, $"int{Size * 8}"),
        'u' => string.Create(CultureInfo.InvariantCulture, $"uint{Size * 8}"),
        'b' => "bool",
        'O' => "object",
        _ => "text",
    };

    private static string Printable(string code) => code.Length <= 20 && code.All(char.IsAscii) ? code : "?";
}
