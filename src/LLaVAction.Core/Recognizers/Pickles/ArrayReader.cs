using System.Globalization;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>
/// Reads the bytes of an array at any offset: from the file, or, where protocol 2 wrote them as text, from memory after
/// decoding them once.
/// </summary>
internal sealed class ArrayReader
{
    private readonly PickleFile _file;
    private readonly PickleArray _array;
    private readonly long _start;
    private readonly byte[]? _decoded;

    public ArrayReader(PickleFile file, PickleArray array)
    {
        _file = file;
        _array = array;
        switch (array.Bytes)
        {
            case PickleFileBytes { IsLatin1AsUtf8: true } text:
                _decoded = Decode(text);
                break;
            case PickleFileBytes bytes:
                _start = bytes.Offset;
                break;
            case PickleTextBytes text:
                _decoded = Array.ConvertAll(text.Text.ToCharArray(), character => character <= 0xFF ? (byte)character : throw NotLatin1(0));
                break;
        }
    }

    /// <summary>Fills the buffer from an offset into the array's bytes.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        if (_decoded is not null)
        {
            _decoded.AsSpan(checked((int)offset), buffer.Length).CopyTo(buffer);
        }
        else
        {
            _file.Read(_start + offset, buffer);
        }
    }

    /// <summary>The array's bytes are as many as its shape says, and the text that holds them is no smaller.</summary>
    private byte[] Decode(PickleFileBytes text)
    {
        var length = _array.Count * _array.Type.Size;
        if (length > Array.MaxLength)
        {
            throw _file.Error(text.Offset, "an array of more than 2 GB written as text. Save it with pickle protocol 4.");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        var filled = 0;
        var lead = 0;
        var buffer = new byte[PickleCursor.Largest];
        for (var position = 0L; position < text.Length; position += buffer.Length)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, text.Length - position));
            _file.Read(text.Offset + position, chunk);
            foreach (var next in chunk)
            {
                // U+0080..U+00FF are two bytes, 110000xx 10xxxxxx.
                var isLead = next is 0xC2 or 0xC3;
                if (lead == 0 && isLead)
                {
                    lead = next;
                    continue;
                }

                var isValid = lead == 0 ? next < 0x80 : (next & 0xC0) == 0x80;
                if (!isValid || filled == bytes.Length)
                {
                    throw NotLatin1(text.Offset + position);
                }

                bytes[filled++] = lead == 0 ? next : (byte)(((lead & 3) << 6) | (next & 0x3F));
                lead = 0;
            }
        }

        return lead == 0 && filled == bytes.Length ? bytes : throw NotLatin1(text.Offset);
    }

    private InputException NotLatin1(long offset) => _file.Error(offset, string.Create(
        CultureInfo.InvariantCulture,
        $"the text of an array of {_array.ShapeText} {_array.Type} is not as many Latin-1 characters. The pickle is malformed; get it again."));
}
