using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>
/// The bytes of an array, in C order and the machine's byte order, at any offset: from the file, or from memory where they
/// were written as text (protocol 2) or in Fortran order.
/// </summary>
internal sealed class ArrayContent
{
    private readonly PickleFile _file;
    private readonly PickleArray _array;
    private readonly long _start;
    private readonly byte[]? _memory;

    public ArrayContent(PickleFile file, PickleArray array)
    {
        _file = file;
        _array = array;
        switch (array.Bytes)
        {
            case PickleFileBytes { IsLatin1AsUtf8: true } text:
                _memory = Decode(text);
                break;
            case PickleFileBytes bytes:
                _start = bytes.Offset;
                break;
            case PickleTextBytes text:
                _memory = Array.ConvertAll(text.Text.ToCharArray(), character => character <= 0xFF ? (byte)character : throw NotLatin1(0));
                break;
        }

        if (array is { IsFortran: true, Shape.Count: 2 })
        {
            _memory = Transpose();
        }
    }

    // Fills the buffer, whole elements, from an offset into the array's bytes; safe to call from several threads.
    public void Read(long offset, Span<byte> buffer)
    {
        if (_memory is not null)
        {
            _memory.AsSpan(checked((int)offset), buffer.Length).CopyTo(buffer);
        }
        else
        {
            _file.Read(_start + offset, buffer);
        }

        if (_array.Type.IsBigEndian && _array.Type.Kind != 'U')
        {
            Reverse(buffer, _array.Type.Size);
        }
    }

    public double[] Numbers()
    {
        var bytes = new byte[_array.Count * _array.Type.Size];
        Read(0, bytes);
        var values = new double[_array.Count];
        Convert<double>(bytes, values);
        return values;
    }

    public string[] Texts()
    {
        var size = _array.Type.Size;
        var bytes = new byte[_array.Count * size];
        Read(0, bytes);
        var encoding = _array.Type.Kind == 'S' ? Encoding.Latin1 : new UTF32Encoding(_array.Type.IsBigEndian, byteOrderMark: false, throwOnInvalidCharacters: true);
        return [.. Enumerable.Range(0, (int)_array.Count).Select(i => encoding.GetString(bytes, i * size, size).TrimEnd('\0'))];
    }

    // Converts native elements of the array's type: exactly where the other type holds them.
    public void Convert<T>(ReadOnlySpan<byte> elements, Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        if ((typeof(T) == typeof(float) && _array.Type is { Kind: 'f', Size: 4 }) || (typeof(T) == typeof(double) && _array.Type is { Kind: 'f', Size: 8 }))
        {
            MemoryMarshal.Cast<byte, T>(elements).CopyTo(destination);
            return;
        }

        switch (_array.Type.Kind, _array.Type.Size)
        {
            case ('f', 2):
                Convert<Half, T>(elements, destination);
                break;
            case ('f', 4):
                Convert<float, T>(elements, destination);
                break;
            case ('f', _):
                Convert<double, T>(elements, destination);
                break;
            case ('i', 1):
                Convert<sbyte, T>(elements, destination);
                break;
            case ('i', 2):
                Convert<short, T>(elements, destination);
                break;
            case ('i', 4):
                Convert<int, T>(elements, destination);
                break;
            case ('i', _):
                Convert<long, T>(elements, destination);
                break;
            case (_, 1):
                Convert<byte, T>(elements, destination);
                break;
            case (_, 2):
                Convert<ushort, T>(elements, destination);
                break;
            case (_, 4):
                Convert<uint, T>(elements, destination);
                break;
            default:
                Convert<ulong, T>(elements, destination);
                break;
        }
    }

    private static void Convert<TFrom, T>(ReadOnlySpan<byte> elements, Span<T> destination)
        where TFrom : unmanaged, INumber<TFrom>
        where T : unmanaged, INumber<T> => TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, TFrom>(elements), destination);

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubleWords = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            case 8:
                var quadWords = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
        }
    }

    // The array in C order. Its bytes are in the file, so that no more is allocated than there is.
    private byte[] Transpose()
    {
        var (rows, columns, size) = (_array.Shape[0], _array.Shape[1], _array.Type.Size);
        if (rows * columns * size > Array.MaxLength)
        {
            throw new InputException($"{_file.Path}: an array of more than 2 GB in Fortran order. Save it by numpy.ascontiguousarray.");
        }

        var ordered = new byte[rows * columns * size];
        var column = new byte[rows * size];
        for (var i = 0; i < columns; i++)
        {
            if (_memory is null)
            {
                _file.Read(_start + (i * column.Length), column);
            }
            else
            {
                _memory.AsSpan(i * column.Length, column.Length).CopyTo(column);
            }

            for (var row = 0; row < rows; row++)
            {
                column.AsSpan(row * size, size).CopyTo(ordered.AsSpan((int)(((row * columns) + i) * size)));
            }
        }

        return ordered;
    }

    // The array's bytes are as many as its shape says, and the text that holds them is no smaller.
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
