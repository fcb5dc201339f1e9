using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>A candidate that did not become an option; the next one took its place.</summary>
/// <param name="Id">Narration id of the clip.</param>
/// <param name="Class">The candidate, as <c>verb:noun</c>.</param>
/// <param name="Rank">1-based rank in the dump's list; null for <c>random</c>.</param>
/// <param name="Reason"><see cref="EqualText"/>, or the <see cref="Question.AlsoTrue"/> reason it was replaced for.</param>
[JsonConverter(typeof(PassedOverCandidateConverter))]
public sealed record PassedOverCandidate(string Id, string Class, int? Rank, string Reason)
{
    /// <summary>Every text of the class equals the text of another option.</summary>
    public const string EqualText = "equal-text";
}

/// <summary>Writes a candidate on one line, so that a manifest with thousands of them can still be read by eye.</summary>
internal sealed class PassedOverCandidateConverter : JsonConverter<PassedOverCandidate>
{
    /// <inheritdoc/>
    public override PassedOverCandidate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? id = null;
        string? actionClass = null;
        string? reason = null;
        int? rank = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A passed-over candidate is an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "id":
                    id = reader.GetString();
                    break;
                case "class":
                    actionClass = reader.GetString();
                    break;
                case "rank":
                    rank = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt32();
                    break;
                case "reason":
                    reason = reader.GetString();
                    break;
                default:
                    throw new JsonException($"Unknown key '{name}' in a passed-over candidate.");
            }
        }

        return id is null || actionClass is null || reason is null
            ? throw new JsonException("A passed-over candidate has the keys id, class, rank and reason.")
            : new PassedOverCandidate(id, actionClass, rank, reason);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PassedOverCandidate value, JsonSerializerOptions options)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var line = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            line.WriteStartObject();
            line.WriteString("id"u8, value.Id);
            line.WriteString("class"u8, value.Class);
            if (value.Rank is { } rank)
            {
                line.WriteNumber("rank"u8, rank);
            }
            else
            {
                line.WriteNull("rank"u8);
            }

            line.WriteString("reason"u8, value.Reason);
            line.WriteEndObject();
        }

        writer.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
    }
}
