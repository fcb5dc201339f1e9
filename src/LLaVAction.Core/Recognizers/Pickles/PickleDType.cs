using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>The element type of an array; its byte order arrives after it was created, as in NumPy.</summary>
internal sealed class PickleDType
{
    private PickleDType(char kind, int size)
    {
        Kind = kind;
        Size = size;
    }

    /// <summary>NumPy's letter: <c>f</c> float, <c>i</c> and <c>u</c> integer, <c>b</c> Boolean, <c>U</c> text, <c>S</c> bytes, <c>O</c> object.</summary>
    public char Kind { get; }

    /// <summary>Bytes per element.</summary>
    public int Size { get; private set; }

    /// <summary>Whether the most significant byte comes first.</summary>
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

    /// <summary>The type as it is now: a hostile pickle may go on changing the original.</summary>
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
