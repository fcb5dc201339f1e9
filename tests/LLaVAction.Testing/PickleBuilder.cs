using System.Buffers.Binary;
using System.Text;

namespace LLaVAction.Testing;

/// <summary>Writes pickles of protocols 2 to 5 as Python and NumPy write them, and as an attacker might.</summary>
public sealed class PickleBuilder(int protocol)
{
    private readonly List<byte> _stream = [];

    /// <summary>A whole pickle of one value.</summary>
    public static byte[] Write(int protocol, Action<PickleBuilder> value)
    {
        var builder = new PickleBuilder(protocol);
        builder.Raw(0x80, (byte)protocol);
        value(builder);
        builder.Raw((byte)'.');
        return builder._stream.ToArray();
    }

    public PickleBuilder Raw(params byte[] bytes)
    {
        _stream.AddRange(bytes);
        return this;
    }

    public PickleBuilder Raw(string ascii) => Raw(Encoding.Latin1.GetBytes(ascii));

    public PickleBuilder None() => Raw("N");

    public PickleBuilder Boolean(bool value) => Raw(value ? (byte)0x88 : (byte)0x89);

    public PickleBuilder Integer(long value)
    {
        switch (value)
        {
            case >= 0 and <= byte.MaxValue:
                return Raw((byte)'K', (byte)value);
            case >= 0 and <= ushort.MaxValue:
                return Raw("M").Raw(BitConverter.GetBytes((ushort)value));
            case >= int.MinValue and <= int.MaxValue:
                return Raw("J").Raw(BitConverter.GetBytes((int)value));
            default:
                return Raw(0x8A, 8).Raw(BitConverter.GetBytes(value));
        }
    }

    public PickleBuilder Float(double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return Raw("G").Raw(bytes);
    }

    public PickleBuilder Text(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        return protocol >= 4 && utf8.Length < 256
            ? Raw(0x8C, (byte)utf8.Length).Raw(utf8)
            : Raw("X").Raw(BitConverter.GetBytes(utf8.Length)).Raw(utf8);
    }

    /// <summary>Bytes; protocol 2 has none and writes a call instead.</summary>
    public PickleBuilder Bytes(byte[] value)
    {
        if (protocol == 2)
        {
            return value.Length == 0
                ? Raw("c__builtin__\nbytes\n)R")
                : Raw("c_codecs\nencode\n").Text(Encoding.Latin1.GetString(value)).Text("latin1").Raw(0x86).Raw("R");
        }

        return protocol >= 4 && value.Length > 255
            ? Raw(0x8E).Raw(BitConverter.GetBytes((long)value.Length)).Raw(value)
            : Raw("B").Raw(BitConverter.GetBytes(value.Length)).Raw(value);
    }

    public PickleBuilder Global(string module, string name) => protocol >= 4
        ? Text(module).Text(name).Raw(0x93)
        : Raw($"c{module}\n{name}\n");

    public PickleBuilder Dict(params (string Key, Action<PickleBuilder> Value)[] entries)
    {
        Raw("}(");
        foreach (var (key, value) in entries)
        {
            Text(key);
            value(this);
        }

        return Raw("u");
    }

    public PickleBuilder List(params Action<PickleBuilder>[] items) => Items("](", items, "e");

    public PickleBuilder Tuple(params Action<PickleBuilder>[] items) => Items("(", items, "t");

    /// <summary>A NumPy array: <c>_frombuffer</c> in protocol 5, <c>_reconstruct</c> before.</summary>
    public PickleBuilder Array(string type, long[] shape, byte[] data, bool isFortran = false, bool isBigEndian = false)
    {
        var sizes = shape.Select(size => (Action<PickleBuilder>)(builder => builder.Integer(size))).ToArray();
        if (protocol == 5)
        {
            return Global("numpy._core.numeric", "_frombuffer").Raw("(")
                .Raw(0x96).Raw(BitConverter.GetBytes((long)data.Length)).Raw(data)
                .Type(type, isBigEndian).Tuple(sizes).Text(isFortran ? "F" : "C").Raw("tR");
        }

        return Reconstruct().Raw("(").Integer(1).Tuple(sizes).Type(type, isBigEndian).Boolean(isFortran).Bytes(data).Raw("tb");
    }

    /// <summary>An array of texts as objects, as TIM writes its ids.</summary>
    public PickleBuilder ObjectArray(params string[] texts) =>
        Reconstruct().Raw("(").Integer(1).Tuple(builder => builder.Integer(texts.Length)).Type("O8", isBigEndian: false).Boolean(false)
            .List(texts.Select(text => (Action<PickleBuilder>)(builder => builder.Text(text))).ToArray()).Raw("tb");

    public PickleBuilder Reconstruct() =>
        Global("numpy.core.multiarray", "_reconstruct").Global("numpy", "ndarray").Tuple(builder => builder.Integer(0)).Bytes([(byte)'b']).Raw(0x87).Raw("R");

    public PickleBuilder Type(string type, bool isBigEndian) =>
        Global("numpy", "dtype").Text(type).Boolean(false).Boolean(true).Raw(0x87).Raw("R")
            .Raw("(").Integer(3).Text(type.StartsWith('O') ? "|" : isBigEndian ? ">" : "<").None().None().None().Integer(-1).Integer(-1).Integer(0).Raw("tb");

    private PickleBuilder Items(string start, Action<PickleBuilder>[] items, string end)
    {
        Raw(start);
        foreach (var item in items)
        {
            item(this);
        }

        return Raw(end);
    }
}
