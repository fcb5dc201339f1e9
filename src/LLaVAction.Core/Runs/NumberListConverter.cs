using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>
/// Lists of numbers of result lines, read into arrays of their own length. Most of a line is such lists, and a run has
/// hundreds of thousands: the general reader of lists takes twice the time and several times the memory.
/// </summary>
/// <typeparam name="T">The number.</typeparam>
internal abstract class NumberListConverter<T> : JsonConverter<IReadOnlyList<T>>
{
    private const int Shortest = 32;

    /// <inheritdoc/>
    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("A list of numbers was expected.");
        }

        var items = ArrayPool<T>.Shared.Rent(Shortest);
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !TryGet(ref reader, out var item))
            {
                throw new JsonException("A list of numbers was expected.");
            }

            if (count == items.Length)
            {
                Array.Resize(ref items, 2 * count);
            }

            items[count++] = item;
        }

        var list = items.AsSpan(0, count).ToArray();
        ArrayPool<T>.Shared.Return(items);
        return list;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        for (var i = 0; i < value.Count; i++)
        {
            Write(writer, value[i]);
        }

        writer.WriteEndArray();
    }

    /// <summary>The number at the reader's position.</summary>
    protected abstract bool TryGet(ref Utf8JsonReader reader, out T item);

    /// <summary>Writes a number.</summary>
    protected abstract void Write(Utf8JsonWriter writer, T item);
}

/// <summary>Lists of whole numbers.</summary>
internal sealed class Int32ListConverter : NumberListConverter<int>
{
    /// <inheritdoc/>
    protected override bool TryGet(ref Utf8JsonReader reader, out int item) => reader.TryGetInt32(out item);

    /// <inheritdoc/>
    protected override void Write(Utf8JsonWriter writer, int item) => writer.WriteNumberValue(item);
}

/// <summary>Lists of doubles.</summary>
internal sealed class DoubleListConverter : NumberListConverter<double>
{
    /// <inheritdoc/>
    protected override bool TryGet(ref Utf8JsonReader reader, out double item) => reader.TryGetDouble(out item);

    /// <inheritdoc/>
    protected override void Write(Utf8JsonWriter writer, double item) => writer.WriteNumberValue(item);
}
