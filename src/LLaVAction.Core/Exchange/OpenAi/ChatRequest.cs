using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLaVAction.Exchange.OpenAi;

/// <summary>
/// One request of the chat completions interface, which most servers speak. Equal requests give equal bytes, so the hash
/// of a body names the request.
/// </summary>
public sealed record ChatRequest
{
    private static readonly JsonWriterOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The model's name, as the server knows it.</summary>
    public required string Model { get; init; }

    /// <summary>The conversation so far.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The most tokens written; null leaves it to the server.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The name of that field: <c>max_tokens</c>, or <c>max_completion_tokens</c> where a server insists on it.</summary>
    public string MaxTokensField { get; init; } = "max_tokens";

    /// <summary>Sampling temperature; null leaves the field out, for models that refuse it.</summary>
    public double? Temperature { get; init; } = 0;

    /// <summary>Seed of the server's sampling; null for none.</summary>
    public long? Seed { get; init; }

    /// <summary>How many of the most probable tokens are wanted with each token written; null for none. At most 20 at OpenAI.</summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>The JSON that the answer must be; null for free text.</summary>
    public AnswerSchema? Schema { get; init; }

    /// <summary>Further fields of the body, as JSON texts by name, in the order given.</summary>
    public IReadOnlyDictionary<string, string> ExtraFields { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The body, as UTF-8 JSON.</summary>
    public byte[] ToBody()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            WriteTo(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The request as a line of a batch file, with its line feed.</summary>
    /// <param name="name">The name by which its answer is found again.</param>
    public byte[] ToBatchLine(string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            json.WriteString("custom_id"u8, name);
            json.WriteString("method"u8, "POST"u8);
            json.WriteString("url"u8, "/v1/chat/completions"u8);
            json.WritePropertyName("body"u8);
            WriteTo(json);
            json.WriteEndObject();
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Writes the body as an object.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, Model);
        json.WriteStartArray("messages"u8);
        foreach (var message in Messages)
        {
            message.WriteTo(json);
        }

        json.WriteEndArray();
        if (MaxTokens is { } most)
        {
            json.WriteNumber(MaxTokensField, most);
        }

        if (Temperature is { } temperature)
        {
            json.WriteNumber("temperature"u8, temperature);
        }

        if (Seed is { } seed)
        {
            json.WriteNumber("seed"u8, seed);
        }

        if (TopLogProbabilities is { } top)
        {
            json.WriteBoolean("logprobs"u8, true);
            json.WriteNumber("top_logprobs"u8, top);
        }

        Schema?.WriteTo(json);
        foreach (var (name, value) in ExtraFields)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value);
        }

        json.WriteEndObject();
    }
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Parts">What it holds, in order.</param>
public sealed record ChatMessage(string Role, IReadOnlyList<ChatPart> Parts)
{
    /// <summary>A message of text alone.</summary>
    public static ChatMessage OfText(string role, string text) => new(role, [new ChatText(text)]);

    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, Role);

        // A lone text is written as a string, which servers of text models alone understand too.
        if (Parts is [ChatText lone])
        {
            json.WriteString("content"u8, lone.Text);
        }
        else
        {
            json.WriteStartArray("content"u8);
            foreach (var part in Parts)
            {
                part.WriteTo(json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

/// <summary>A part of a message.</summary>
public abstract record ChatPart
{
    internal abstract void WriteTo(Utf8JsonWriter json);
}

/// <summary>Text.</summary>
public sealed record ChatText(string Text) : ChatPart
{
    internal override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, Text);
        json.WriteEndObject();
    }
}

/// <summary>An image, sent inside the request as a data URL.</summary>
/// <param name="Jpeg">The JPEG file.</param>
/// <param name="Detail"><c>low</c>, <c>high</c> or <c>auto</c>, where the server knows the field; null leaves it out.</param>
public sealed record ChatImage(ReadOnlyMemory<byte> Jpeg, string? Detail = null) : ChatPart
{
    internal override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, "data:image/jpeg;base64," + Convert.ToBase64String(Jpeg.Span));
        if (Detail is not null)
        {
            json.WriteString("detail"u8, Detail);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>Frames sent as one video, a list of JPEG files in one data URL: the form that vLLM reads.</summary>
/// <param name="Jpegs">The frames' JPEG files, in time order.</param>
public sealed record ChatVideo(IReadOnlyList<ReadOnlyMemory<byte>> Jpegs) : ChatPart
{
    internal override void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "video_url"u8);
        json.WriteStartObject("video_url"u8);
        json.WriteString("url"u8, "data:video/jpeg;base64," + string.Join(',', Jpegs.Select(jpeg => Convert.ToBase64String(jpeg.Span))));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>A JSON object that an answer must be: every property required, no others.</summary>
/// <param name="Name">Name of the schema, for the server's messages.</param>
/// <param name="Properties">The properties, in order.</param>
public sealed record AnswerSchema(string Name, IReadOnlyList<SchemaProperty> Properties)
{
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject("response_format"u8);
        json.WriteString("type"u8, "json_schema"u8);
        json.WriteStartObject("json_schema"u8);
        json.WriteString("name"u8, Name);
        json.WriteBoolean("strict"u8, true);
        json.WriteStartObject("schema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        foreach (var property in Properties)
        {
            json.WriteStartObject(property.Name);
            json.WriteString("type"u8, property.IsBoolean ? "boolean"u8 : "string"u8);
            if (property.Values.Count > 0)
            {
                json.WriteStartArray("enum"u8);
                foreach (var value in property.Values)
                {
                    json.WriteStringValue(value);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("required"u8);
        foreach (var property in Properties)
        {
            json.WriteStringValue(property.Name);
        }

        json.WriteEndArray();
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Reads an answer that should be of this schema.</summary>
    /// <returns>The values by name (<c>true</c> or <c>false</c> for Booleans); null where the answer is not of the schema.</returns>
    public IReadOnlyDictionary<string, string>? Read(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind != JsonValueKind.Object || document.RootElement.EnumerateObject().Count() != Properties.Count)
            {
                return null;
            }

            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var property in Properties)
            {
                if (!document.RootElement.TryGetProperty(property.Name, out var value) || property.Read(value) is not { } text)
                {
                    return null;
                }

                values[property.Name] = text;
            }

            return values;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A property of a schema.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">The texts it may have; empty for any.</param>
/// <param name="IsBoolean">True for a Boolean, false for a text.</param>
public sealed record SchemaProperty(string Name, IReadOnlyList<string> Values, bool IsBoolean = false)
{
    internal string? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False when IsBoolean => value.GetBoolean().ToString(CultureInfo.InvariantCulture).ToLowerInvariant(),
        JsonValueKind.String when !IsBoolean && value.GetString() is { } text && (Values.Count == 0 || Values.Contains(text, StringComparer.Ordinal)) => text,
        _ => null,
    };
}
