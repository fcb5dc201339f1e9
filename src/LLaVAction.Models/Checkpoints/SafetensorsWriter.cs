using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Fills a stretch of a tensor's bytes, from a byte offset on; called with successive stretches.</summary>
public delegate void TensorFill(long offset, Span<byte> bytes);

/// <summary>A tensor to write: what the header says of it, and where its bytes come from.</summary>
public sealed record TensorToWrite(string Name, ElementType ElementType, long[] Shape, TensorFill Fill)
{
    /// <summary>Its length in bytes.</summary>
    public long ByteLength => Shape.Aggregate((long)ElementTypes.SizeOf(ElementType), (bytes, size) => checked(bytes * size));

    /// <summary>A float32 tensor with the values given.</summary>
    public static TensorToWrite Of(string name, long[] shape, float[] values) =>
        new(name, ElementType.Float32, shape, (offset, bytes) => MemoryMarshal.AsBytes<float>(values).Slice((int)offset, bytes.Length).CopyTo(bytes));

    /// <summary>A tensor of any type with the bytes given.</summary>
    public static TensorToWrite Of(string name, ElementType type, long[] shape, byte[] content) =>
        new(name, type, shape, (offset, bytes) => content.AsSpan((int)offset, bytes.Length).CopyTo(bytes));
}

/// <summary>Writes safetensors files as a stream: memory stays flat, whatever the size.</summary>
public static class SafetensorsWriter
{
    private const int BufferLength = 1 << 20;

    /// <summary>Writes one file, tensors in the order given, the header padded to a multiple of 8 bytes.</summary>
    /// <exception cref="IOException">It cannot be written whole.</exception>
    public static void Write(string path, IReadOnlyList<TensorToWrite> tensors)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(Header(tensors));
        var buffer = new byte[BufferLength];
        foreach (var tensor in tensors)
        {
            for (long offset = 0; offset < tensor.ByteLength;)
            {
                var part = buffer.AsSpan(0, (int)Math.Min(BufferLength, tensor.ByteLength - offset));
                tensor.Fill(offset, part);
                Write(stream, part);
                offset += part.Length;
            }
        }
    }

    /// <summary>
    /// Writes the header and leaves the data a hole of zeros: files of any size, at no cost where the file system has holes.
    /// </summary>
    public static void WriteHollow(string path, IReadOnlyList<TensorToWrite> tensors)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        stream.Write(Header(tensors));
        stream.SetLength(stream.Position + tensors.Sum(tensor => tensor.ByteLength));
    }

    /// <summary>
    /// Writes <c>model-0000i-of-0000n.safetensors</c> files of at most <paramref name="shardBytes"/> each (a larger tensor
    /// stands alone) and their <c>model.safetensors.index.json</c>.
    /// </summary>
    public static void WriteShards(string folder, IReadOnlyList<TensorToWrite> tensors, long shardBytes)
    {
        var shards = new List<List<TensorToWrite>>();
        var length = long.MaxValue;
        foreach (var tensor in tensors)
        {
            if (length > shardBytes - tensor.ByteLength)
            {
                shards.Add([]);
                length = 0;
            }

            shards[^1].Add(tensor);
            length += tensor.ByteLength;
        }

        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var name = FormattableString.Invariant($"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            Write(Path.Combine(folder, name), shards[i]);
            foreach (var tensor in shards[i])
            {
                map.Add(tensor.Name, name);
            }
        }

        var index = new { metadata = new { total_size = tensors.Sum(tensor => tensor.ByteLength) }, weight_map = map };
        File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(index));
    }

    private static void Write(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (ArgumentOutOfRangeException failure)
        {
            // What .NET makes of EFBIG.
            throw new IOException($"The file is larger than the file system or this process may write: '{stream.Name}'", failure);
        }
    }

    private static byte[] Header(IReadOnlyList<TensorToWrite> tensors)
    {
        var entries = new Dictionary<string, object>(StringComparer.Ordinal) { ["__metadata__"] = new { format = "pt" } };
        long position = 0;
        foreach (var tensor in tensors)
        {
            long[] offsets = [position, position += tensor.ByteLength];
            entries.Add(tensor.Name, new { dtype = ElementTypes.NameOf(tensor.ElementType), shape = tensor.Shape, data_offsets = offsets });
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(entries);
        var padded = (json.Length + 7) / 8 * 8;
        var header = new byte[8 + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        json.CopyTo(header.AsSpan(8));
        header.AsSpan(8 + json.Length).Fill((byte)' ');
        return header;
    }
}
