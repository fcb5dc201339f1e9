using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using LLaVAction.Files;

namespace LLaVAction.Recognizers.Pickles;

/// <summary>
/// A file of <c>torch.save</c> (a zip of stored entries: one pickle, and the bytes of each storage), read without running
/// anything in it. Tensors stay in the file until they are copied out; storages that nobody asks for are never read.
/// </summary>
public sealed class TorchFile : IDisposable
{
    private const int MostEntries = 100_000;
    private const int LongestPickle = 64 << 20;
    private const string Expected = "a PyTorch checkpoint (.pt) saved by torch 1.6 or newer";

    private readonly Dictionary<string, StoredEntry> _entries;

    private TorchFile(string path, Dictionary<string, StoredEntry> entries)
    {
        Path = path;
        _entries = entries;
        var pickle = _entries.GetValueOrDefault("data.pkl")
            ?? throw new InputException($"{path}: the zip has no data.pkl, expected {Expected}. A TorchScript archive or a submission is something else.");
        if (pickle.Length > LongestPickle)
        {
            throw new InputException($"{path}: data.pkl has {pickle.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes, expected at most {LongestPickle.ToString("N0", CultureInfo.InvariantCulture)}. It is no checkpoint.");
        }

        File = new PickleFile(path, pickle.Offset, pickle.Offset + pickle.Length);
        try
        {
            CheckByteOrder();
            Root = PickleReader.Read(File, FindStorage);
        }
        catch
        {
            File.Dispose();
            throw;
        }
    }

    /// <summary>The file, as the user gave it.</summary>
    public string Path { get; }

    internal object? Root { get; }

    // The open file; offsets count from its beginning.
    internal PickleFile File { get; }

    /// <summary>Opens a file and reads its pickle.</summary>
    /// <exception cref="InputException">It is no such file, it is damaged, or it holds what no checkpoint needs.</exception>
    public static TorchFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new TorchFile(path, ReadEntries(path));
    }

    /// <summary>The tensors of the dict <c>state_dict</c>, or of the saved dict itself, by name in their order.</summary>
    /// <exception cref="InputException">Neither is a dict of tensors.</exception>
    public IReadOnlyDictionary<string, TorchTensor> StateDict()
    {
        var root = Root as PickleDict ?? throw new InputException($"{Path}: it holds no dict, expected a training checkpoint with state_dict.");
        var weights = root.Has("state_dict") ? root.Find("state_dict") as PickleDict : root;
        var tensors = new OrderedDictionary<string, TorchTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in weights?.Entries ?? [])
        {
            if (key is not string name || value is not TorchTensor tensor)
            {
                throw new InputException($"{Path}: '{key as string ?? "(not a text)"}' is no tensor, expected state_dict as a dict of tensors (found {root.KeyList()}).");
            }

            tensors[name] = tensor;
        }

        return tensors.Count > 0 ? tensors : throw new InputException($"{Path}: it has {root.KeyList()}, expected state_dict as a dict of tensors.");
    }

    /// <summary>A text among the arguments (<c>args</c>) that the training script kept; null where there is none.</summary>
    public string? Argument(string name) =>
        Root is PickleDict root && root.Find("args") is PickleDict arguments ? arguments.Find(name) as string : null;

    /// <summary>A tensor's elements, in C order and little endian; its whole storage is held against the zip's checksum.</summary>
    /// <exception cref="InputException">The file cannot be read, the storage is damaged, or the tensor has more than 2 GB.</exception>
    public byte[] Read(TorchTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var entry = _entries[tensor.Storage];
        var start = tensor.Offset * tensor.ElementSize;
        var stored = tensor.Extent * tensor.ElementSize is var length && length <= Array.MaxLength
            ? GC.AllocateUninitializedArray<byte>((int)length)
            : throw new InputException($"{Path}: a tensor of {length.ToString("N0", CultureInfo.InvariantCulture)} bytes, expected at most 2 GB.");
        var checksum = new Crc32();
        var buffer = new byte[Math.Min(entry.Length, 1 << 20)];
        for (var position = 0L; position < entry.Length; position += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, entry.Length - position));
            File.Read(entry.Offset + position, part);
            checksum.Append(part);
            var from = Math.Clamp(start - position, 0, part.Length);
            var to = Math.Clamp(start + length - position, from, part.Length);
            part[(int)from..(int)to].CopyTo(stored.AsSpan((int)Math.Clamp(position + from - start, 0, length)));
        }

        if (checksum.GetCurrentHashAsUInt32() != entry.Checksum)
        {
            throw File.Error(entry.Offset, $"the storage {tensor.Storage} is damaged: its checksum is not the zip's. Download the file again.");
        }

        return tensor.IsContiguous ? stored : InOrder(tensor, stored);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    // Elements that are stored in another order (channels last, transposed), put in C order.
    private static byte[] InOrder(TorchTensor tensor, byte[] stored)
    {
        var size = tensor.ElementSize;
        var ordered = new byte[tensor.Count * size];
        var index = new long[tensor.Shape.Count];
        for (var done = 0; done < ordered.Length; done += size)
        {
            var place = (int)index.Zip(tensor.Strides, static (position, stride) => position * stride).Sum() * size;
            stored.AsSpan(place, size).CopyTo(ordered.AsSpan(done));
            for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == tensor.Shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return ordered;
    }

    private TorchStorage FindStorage(PickleTuple id, Func<string, InputException> error)
    {
        if (id.Items is not ["storage", PickleStorageType type, string key, string, long count])
        {
            throw error("a persistent id that torch never writes. The file is malformed or hostile.");
        }

        var entry = _entries.GetValueOrDefault("data/" + key);
        var length = entry?.Length;
        return length is { } bytes && count >= 0 && count <= bytes / type.Size && count * type.Size == bytes
            ? new TorchStorage("data/" + key, type, count, entry!.Offset)
            : throw error(string.Create(CultureInfo.InvariantCulture, $"a storage '{(key.Length <= 20 ? key : "…")}' of {count:N0} {type.Name} elements, but the zip holds {length?.ToString("N0", CultureInfo.InvariantCulture) ?? "no"} bytes for it. It is incomplete or hostile; get it again."));
    }

    private void CheckByteOrder()
    {
        if (_entries.GetValueOrDefault("byteorder") is not { Length: > 0 and <= 16 } entry)
        {
            return;
        }

        var order = new byte[entry.Length];
        File.Read(entry.Offset, order);
        if (!order.AsSpan().SequenceEqual("little"u8))
        {
            throw new InputException($"{Path}: written on a machine of another byte order, expected little endian. Load and save it once on an x86 or ARM machine.");
        }
    }

    private static Dictionary<string, StoredEntry> ReadEntries(string path)
    {
        // Unbuffered, so that its position after the first byte of an entry tells where the entry's data lie.
        using var stream = Utf8File.Open(path, Expected, bufferSize: 0);
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            if (zip.Entries.Count > MostEntries)
            {
                throw new InputException($"{path}: the zip has more than {MostEntries.ToString(CultureInfo.InvariantCulture)} entries. It is no checkpoint.");
            }

            var prefix = zip.Entries.Select(static entry => entry.FullName).FirstOrDefault(static name => name.EndsWith("/data.pkl", StringComparison.Ordinal))?[..^"data.pkl".Length] ?? "";
            var found = new Dictionary<string, StoredEntry>(zip.Entries.Count, StringComparer.Ordinal);
            foreach (var entry in zip.Entries.Where(entry => entry.FullName.StartsWith(prefix, StringComparison.Ordinal)))
            {
                var name = entry.FullName[prefix.Length..];
                if (!found.TryAdd(name, Locate(path, stream, entry)))
                {
                    throw new InputException($"{path}: the zip has two entries {name}, expected one. It is malformed or hostile; get it again.");
                }
            }

            return found;
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or IOException or ArgumentException or OverflowException)
        {
            throw new InputException($"{path}: no zip that can be read ({failure.Message.TrimEnd('.')}); expected {Expected}. Download it again, or load it once with PyTorch and torch.save it.", failure);
        }
    }

    private static StoredEntry Locate(string path, FileStream stream, ZipArchiveEntry entry)
    {
        if (entry.CompressedLength != entry.Length)
        {
            throw new InputException($"{path}: the entry {entry.FullName} is compressed, expected it stored, as torch.save does. Unpack the file and load it once with PyTorch.");
        }

        if (entry.Length == 0)
        {
            return new StoredEntry(0, 0, entry.Crc32);
        }

        using var data = entry.Open();
        var first = data.ReadByte();
        var offset = stream.Position - 1;
        stream.Position = Math.Max(0, offset);
        return offset >= 0 && stream.ReadByte() == first && entry.Length <= stream.Length - offset
            ? new StoredEntry(offset, entry.Length, entry.Crc32)
            : throw new InputException($"{path}: the entry {entry.FullName} is not stored as it is, expected it so, as torch.save does.");
    }

    /// <summary>Where an entry's bytes lie in the file.</summary>
    private sealed record StoredEntry(long Offset, long Length, uint Checksum);
}
