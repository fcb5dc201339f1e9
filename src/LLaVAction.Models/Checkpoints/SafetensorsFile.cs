using System.Buffers.Binary;
using System.Globalization;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A safetensors file, memory-mapped: opening reads the header alone, whatever the file's size, and a tensor's bytes come
/// from disk when they are touched. The views are valid until this is disposed.
/// </summary>
/// <remarks>The file must not be changed while it is open; the header is checked against the length it had on opening.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;

    private readonly MappedFile _mapping;
    private readonly Dictionary<string, TensorView> _tensors;

    private SafetensorsFile(string path, MappedFile mapping, SafetensorsHeader header, long dataStart)
    {
        Path = path;
        Metadata = header.Metadata;
        _mapping = mapping;
        _tensors = new Dictionary<string, TensorView>(header.Entries.Count, StringComparer.Ordinal);
        foreach (var entry in header.Entries)
        {
            _tensors.Add(entry.Name, new TensorView(
                mapping, path, entry.Name, entry.ElementTypeName, entry.Shape, dataStart + entry.Begin, entry.End - entry.Begin));
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The header's free texts (<c>__metadata__</c>), for example <c>format</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by the names the file gives them.</summary>
    public IReadOnlyDictionary<string, TensorView> Tensors => _tensors;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="InputException">The file cannot be read or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        var mapping = MappedFile.Open(path);
        try
        {
            var headerLength = ReadHeaderLength(path, mapping);
            var header = SafetensorsHeader.Parse(
                path, mapping.Span(LengthBytes, (int)headerLength), mapping.Length - LengthBytes - headerLength);
            return new SafetensorsFile(path, mapping, header, LengthBytes + headerLength);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>Unmaps the file. Addresses and spans taken from its tensors must not be used afterwards.</summary>
    public void Dispose() => _mapping.Dispose();

    private static long ReadHeaderLength(string path, MappedFile mapping)
    {
        if (mapping.Length < LengthBytes)
        {
            throw new InputException(
                $"{path} is not a safetensors file: it has {mapping.Length.ToString(CultureInfo.InvariantCulture)} bytes, and the header's length alone takes 8.");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(mapping.Span(0, LengthBytes));
        var present = (ulong)(mapping.Length - LengthBytes);
        if (length > (ulong)SafetensorsHeader.MaximumLength || length > present)
        {
            throw new InputException(
                $"{path} is not a valid safetensors file: its first 8 bytes announce a header of {length.ToString(CultureInfo.InvariantCulture)} bytes; " +
                $"at most {Math.Min(present, (ulong)SafetensorsHeader.MaximumLength).ToString(CultureInfo.InvariantCulture)} are possible. " +
                "Copy or download it again (a Git LFS pointer is not the file itself).");
        }

        return (long)length;
    }
}
