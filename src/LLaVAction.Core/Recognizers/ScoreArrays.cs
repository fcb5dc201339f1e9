using System.Buffers.Binary;
using System.Globalization;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Recognizers;

/// <summary>Takes the arrays of a dump out of its dict, each of the shape and type that its format has.</summary>
internal sealed class ScoreArrays(PickleFile file, PickleDict dict)
{
    /// <summary>A two-dimensional floating-point array with at least one row and column.</summary>
    public PickleArray Matrix(string name)
    {
        var array = Find(name);
        return array.Type.Kind == 'f' && array.Shape.Count == 2 && array.Shape.All(static size => size is > 0 and <= int.MaxValue / 8)
            ? array
            : throw Unexpected(name, array, "clips x classes of float16, float32 or float64");
    }

    /// <summary>A one-dimensional integer array.</summary>
    public long[] Integers(string name)
    {
        var array = Find(name);
        if (array.Type.Kind is not ('i' or 'u') || array.Shape.Count != 1 || array.Shape[0] > int.MaxValue / 8)
        {
            throw Unexpected(name, array, "one integer per clip");
        }

        var size = array.Type.Size;
        var bytes = new byte[array.Shape[0] * size];
        new ArrayReader(file, array).Read(0, bytes);
        var values = new long[array.Shape[0]];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Integer(bytes.AsSpan(i * size, size), array.Type);
        }

        return values;
    }

    /// <summary>A one-dimensional array, or a list, of texts.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        switch (Value(name))
        {
            case PickleList list:
                return list.Items.Select(item => Text(name, item)).ToArray();
            case PickleArray { Type.Kind: 'O', Shape.Count: 1 } array:
                return array.Objects.Select(item => Text(name, item)).ToArray();
            case PickleArray { Type.Kind: 'U', Shape.Count: 1 } array when array.Count <= int.MaxValue / 8:
                return FixedTexts(name, array);
            case PickleArray array:
                throw Unexpected(name, array, "one text per clip");
            default:
                throw new InputException($"{file.Path}: '{name}' is no array, expected one text per clip.");
        }
    }

    /// <summary>Whether the dict has the key.</summary>
    public bool Has(string name) => dict.TryFind(name, out _);

    private PickleArray Find(string name) =>
        Value(name) as PickleArray ?? throw new InputException($"{file.Path}: '{name}' is no NumPy array, expected one. Save it by numpy, not torch.");

    private object? Value(string name) => dict.TryFind(name, out var value)
        ? value
        : throw new InputException($"{file.Path}: the pickle has {dict.KeyList()}, expected '{name}' as well. Write it with the recogniser's own script.");

    private string Text(string name, object? item) => item switch
    {
        string text => text,
        PickleArray { Type.Kind: 'U', Shape.Count: 0 } scalar => FixedTexts(name, scalar)[0],
        _ => throw new InputException($"{file.Path}: '{name}' holds what is no text, expected narration ids."),
    };

    private string[] FixedTexts(string name, PickleArray array)
    {
        var size = array.Type.Size;
        var bytes = new byte[array.Count * size];
        new ArrayReader(file, array).Read(0, bytes);
        var encoding = new System.Text.UTF32Encoding(array.Type.IsBigEndian, byteOrderMark: false, throwOnInvalidCharacters: true);
        var texts = new string[array.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            try
            {
                texts[i] = encoding.GetString(bytes, i * size, size).TrimEnd('\0');
            }
            catch (ArgumentException failure)
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{file.Path}: '{name}' row {i} is no text."), failure);
            }
        }

        return texts;
    }

    private InputException Unexpected(string name, PickleArray array, string expected) =>
        new($"{file.Path}: '{name}' is an array of {(array.Shape.Count == 0 ? "one" : array.ShapeText)} {array.Type}, expected {expected}.");

    private static long Integer(ReadOnlySpan<byte> bytes, PickleDType type)
    {
        var isSigned = type.Kind == 'i';
        return (type.Size, type.IsBigEndian) switch
        {
            (1, _) => isSigned ? (sbyte)bytes[0] : bytes[0],
            (2, false) => isSigned ? BinaryPrimitives.ReadInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            (2, true) => isSigned ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            (4, false) => isSigned ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            (4, true) => isSigned ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes),
            (_, false) => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            (_, true) => BinaryPrimitives.ReadInt64BigEndian(bytes),
        };
    }
}
