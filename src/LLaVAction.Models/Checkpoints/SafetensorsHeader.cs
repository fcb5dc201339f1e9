using System.Globalization;
using System.Text.Json;

namespace LLaVAction.Models.Checkpoints;

/// <summary>One tensor as a safetensors header declares it; the offsets count from the end of the header.</summary>
internal sealed record SafetensorsEntry(string Name, string ElementTypeName, long[] Shape, long Begin, long End);

/// <summary>
/// The JSON header of a safetensors file, fully validated: unique names, sizes that follow from shape and element type,
/// and stretches that cover the data without gap or overlap.
/// Format: <see href="https://github.com/huggingface/safetensors#format"/>.
/// </summary>
internal sealed class SafetensorsHeader
{
    // The format's own bound on a header, so that a damaged length cannot make anyone allocate gigabytes.
    public const long MaximumLength = 100_000_000;

    private const string MetadataKey = "__metadata__";

    private readonly string _file;
    private readonly List<SafetensorsEntry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file)
    {
        _file = file;
    }

    public IReadOnlyList<SafetensorsEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Parses and checks a header.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="json">The header's bytes, trailing padding included.</param>
    /// <param name="dataLength">How many bytes of data follow the header.</param>
    /// <exception cref="InputException">The header is not valid, or does not describe that much data.</exception>
    public static SafetensorsHeader Parse(string file, ReadOnlySpan<byte> json, long dataLength)
    {
        var header = new SafetensorsHeader(file);
        if (json.IsEmpty || json[0] != (byte)'{')
        {
            throw header.Invalid("its header does not begin with '{'");
        }

        try
        {
            header.ReadEntries(json);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw header.Invalid($"its header is not valid JSON ({DisplayText.Shorten(failure.Message).TrimEnd('.')})", failure);
        }

        header.CheckCoverage(dataLength);
        return header;
    }

    private void ReadEntries(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        var names = new HashSet<string>(StringComparer.Ordinal);
        Read(ref reader);
        while (Read(ref reader) == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw Invalid($"its header declares {Quote(name)} twice");
            }

            if (Read(ref reader) != JsonTokenType.StartObject)
            {
                throw Invalid($"the header's entry {Quote(name)} is not an object");
            }

            if (string.Equals(name, MetadataKey, StringComparison.Ordinal))
            {
                ReadMetadata(ref reader);
            }
            else
            {
                _entries.Add(ReadEntry(ref reader, name));
            }
        }

        if (reader.Read())
        {
            throw Invalid("its header goes on after the closing brace");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        while (Read(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (Read(ref reader) != JsonTokenType.String)
            {
                throw Invalid($"the header's {MetadataKey} entry {Quote(key)} is not a text");
            }

            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw Invalid($"the header's {MetadataKey} has {Quote(key)} twice");
            }
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (Read(ref reader) == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Read(ref reader);
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    type = reader.GetString()!;
                    break;
                case "shape" when shape is null && reader.TokenType == JsonTokenType.StartArray:
                    shape = ReadSizes(ref reader, name, key);
                    break;
                case "data_offsets" when offsets is null && reader.TokenType == JsonTokenType.StartArray:
                    offsets = ReadSizes(ref reader, name, key);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Invalid($"tensor {Quote(name)} has a {key} that is given twice or of the wrong kind");
                default:
                    throw Invalid($"tensor {Quote(name)} has an unknown key {Quote(key)}; expected dtype, shape and data_offsets");
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
        {
            throw Invalid($"tensor {Quote(name)} lacks dtype, shape or a pair of data_offsets");
        }

        var entry = new SafetensorsEntry(name, type, shape, begin, end);
        CheckSize(entry);
        return entry;
    }

    private long[] ReadSizes(ref Utf8JsonReader reader, string name, string key)
    {
        var sizes = new List<long>(4);
        while (Read(ref reader) != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var size) || size < 0)
            {
                throw Invalid($"tensor {Quote(name)} has a {key} with something else than whole numbers from 0 to 2^63-1");
            }

            sizes.Add(size);
        }

        return sizes.ToArray();
    }

    private void CheckSize(SafetensorsEntry entry)
    {
        if (entry.End < entry.Begin)
        {
            throw Invalid($"tensor {Quote(entry.Name)} ends at byte {Text(entry.End)}, before it begins at {Text(entry.Begin)}");
        }

        var elements = ElementCount(entry.Shape);
        if (elements is null)
        {
            throw Invalid($"tensor {Quote(entry.Name)} has shape {Shape(entry.Shape)}, more elements than fit into 64 bits");
        }

        if (ElementTypes.BitsOf(entry.ElementTypeName) is not int bits)
        {
            return;
        }

        var expectedBits = (Int128)elements.Value * bits;
        if (expectedBits != (Int128)(entry.End - entry.Begin) * 8)
        {
            throw Invalid(
                $"tensor {Quote(entry.Name)} of shape {Shape(entry.Shape)} and type {entry.ElementTypeName} needs " +
                $"{((expectedBits + 7) / 8).ToString(CultureInfo.InvariantCulture)} bytes, and its data_offsets give it {Text(entry.End - entry.Begin)}");
        }
    }

    private void CheckCoverage(long dataLength)
    {
        long position = 0;
        foreach (var entry in _entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > dataLength)
            {
                throw Invalid(
                    $"tensor {Quote(entry.Name)} ends at byte {Text(entry.End)} of the data, and the file holds {Text(dataLength)}; it was cut short");
            }

            if (entry.Begin != position)
            {
                throw Invalid(
                    $"tensor {Quote(entry.Name)} begins at byte {Text(entry.Begin)} of the data, where {Text(position)} was expected (an overlap or a gap)");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw Invalid($"its tensors end at byte {Text(position)} of the data, and the file holds {Text(dataLength)}");
        }
    }

    // The product of a shape's sizes; null where it does not fit into 63 bits.
    private static long? ElementCount(long[] shape)
    {
        // A size of 0 makes the tensor empty whatever the others are.
        if (Array.IndexOf(shape, 0L) >= 0)
        {
            return 0;
        }

        Int128 count = 1;
        foreach (var size in shape)
        {
            count *= size;
            if (count > long.MaxValue)
            {
                return null;
            }
        }

        return (long)count;
    }

    private static JsonTokenType Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            throw new JsonException("it ends early");
        }

        return reader.TokenType;
    }

    private InputException Invalid(string what, Exception? failure = null)
    {
        var message = $"{_file} is not a valid safetensors file: {what}. Copy or download it again.";
        return failure is null ? new InputException(message) : new InputException(message, failure);
    }

    private static string Quote(string name) => DisplayText.Quote(name);

    private static string Shape(long[] shape) => DisplayText.Shape(shape);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
