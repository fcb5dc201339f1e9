using System.Buffers.Binary;
using System.Globalization;
using LLaVAction.Files;
using Microsoft.Win32.SafeHandles;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>An open pickle: positioned reads that never leave the file, and errors that name the byte.</summary>
internal sealed class PickleFile : IDisposable
{
    private readonly FileStream _stream;

    public PickleFile(string path, long start = 0, long? end = null)
    {
        Path = path;
        _stream = Utf8File.Open(path, "a pickle");
        Start = start;
        End = end ?? _stream.Length;
    }

    public string Path { get; }

    public long Start { get; }

    public long End { get; }

    private SafeFileHandle Handle => _stream.SafeFileHandle;

    /// <summary>Fills the buffer from an offset; safe to call from several threads.</summary>
    /// <exception cref="InputException">The file ends before, or can no longer be read.</exception>
    public void Read(long offset, Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                var read = RandomAccess.Read(Handle, buffer, offset);
                if (read == 0)
                {
                    throw Error(offset, "the file ends here, expected more. Check that it is complete.");
                }

                buffer = buffer[read..];
                offset += read;
            }
        }
        catch (IOException failure)
        {
            throw new InputException($"{Path}: the file cannot be read ({failure.Message}).", failure);
        }
    }

    public InputException Error(long offset, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Path} at byte {offset}: {message}"));

    public void Dispose() => _stream.Dispose();
}

/// <summary>Reads a pickle forward through a small buffer; no length in the file is believed before it is compared with the file.</summary>
internal sealed class PickleCursor(PickleFile file)
{
    public const int Largest = 64 * 1024;

    private readonly byte[] _buffer = new byte[Largest];
    private long _bufferStart;
    private int _bufferLength;

    public long Position { get; private set; } = file.Start;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    // The next bytes, at most Largest; valid until the next call.
    public ReadOnlySpan<byte> Take(int count)
    {
        Require((ulong)count);
        if (Position < _bufferStart || Position + count > _bufferStart + _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = (int)Math.Min(_buffer.Length, file.End - Position);
            file.Read(_bufferStart, _buffer.AsSpan(0, _bufferLength));
        }

        var span = _buffer.AsSpan((int)(Position - _bufferStart), count);
        Position += count;
        return span;
    }

    public long Skip(ulong count)
    {
        Require(count);
        var start = Position;
        Position += (long)count;
        return start;
    }

    public string Line()
    {
        const int longest = 256;
        var line = new System.Text.StringBuilder();
        while (true)
        {
            var next = Byte();
            if (next == '\n')
            {
                return line.ToString();
            }

            if (line.Length == longest || next is < 0x20 or > 0x7E)
            {
                throw file.Error(Position - 1, "the name of a global is no line of ASCII text.");
            }

            line.Append((char)next);
        }
    }

    public void Require(ulong count)
    {
        var left = (ulong)(file.End - Position);
        if (count > left)
        {
            throw file.Error(Position, string.Create(
                CultureInfo.InvariantCulture,
                $"{count:N0} bytes are claimed, but the file has {left:N0} left. It is truncated or hostile; get it again."));
        }
    }
}
