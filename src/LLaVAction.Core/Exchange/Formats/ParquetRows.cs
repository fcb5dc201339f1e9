using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using Parquet.Serialization;

namespace LLaVAction.Exchange.Formats;

/// <summary>The rows of a Parquet file: texts, numbers, Booleans, and lists of these.</summary>
internal static class ParquetRows
{
    public static IReadOnlyList<Row> Read(string path)
    {
        using var stream = new MemoryStream(File.ReadAllBytes(path));
        try
        {
            var data = ParquetSerializer.DeserializeUntypedAsync(stream).GetAwaiter().GetResult();
            return [.. data.Data.Select((row, i) => new Row(
                string.Create(CultureInfo.InvariantCulture, $"{path} row {i + 1}"),
                row.ToDictionary(static column => column.Key, static column => ToJson(column.Value), StringComparer.Ordinal)))];
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The library tells damaged files by exceptions of every kind.
            throw new InputException($"{path}: not a readable Parquet file ({exception.Message.TrimEnd('.')}).", exception);
        }
    }

    private static JsonElement ToJson(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, value);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double or float when !double.IsFinite(Convert.ToDouble(value, CultureInfo.InvariantCulture)):
                json.WriteNullValue();
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "");
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
