using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>
/// The JSON of benchmark files: UTF-8 without BOM, line feeds, snake_case keys in a fixed order, text unescaped but for
/// quotes, backslashes and control characters, doubles in the shortest form that reads back to the same value.
/// </summary>
public static class BenchmarkJson
{
    private const int BytesPerQuestion = 700;

    private static readonly JsonWriterOptions ManifestLayout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The lines of a set, each with its line feed.</summary>
    public static ReadOnlyMemory<byte> ToLines(IReadOnlyCollection<Question> questions)
    {
        var writer = new QuestionLineWriter(questions.Count * BytesPerQuestion);
        foreach (var question in questions)
        {
            writer.Write(question);
        }

        return writer.Written;
    }

    /// <summary>The line of a question, without its line feed.</summary>
    public static ReadOnlyMemory<byte> ToLine(Question question) => ToLines([question])[..^1];

    /// <summary>Reads one line of a set.</summary>
    /// <exception cref="JsonException">The line is not a question.</exception>
    public static Question ParseLine(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, BenchmarkJsonContext.Default.Question)
        ?? throw new JsonException("The line is 'null'.");

    /// <summary>The bytes of <c>manifest.json</c>, ending with a line feed.</summary>
    /// <remarks>The layout is the writer's and not the serialiser's, which then needs no more than its generated code.</remarks>
    public static byte[] ToBytes(BenchmarkManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ManifestLayout))
        {
            JsonSerializer.Serialize(writer, manifest, BenchmarkJsonContext.Default.BenchmarkManifest);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="JsonException">The bytes are not a manifest of this schema.</exception>
    public static BenchmarkManifest ParseManifest(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, BenchmarkJsonContext.Default.BenchmarkManifest)
        ?? throw new JsonException("The document is 'null'.");
}

/// <summary>Generated (reflection-free, fast to start) serialisers of the benchmark's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(BenchmarkManifest))]
internal sealed partial class BenchmarkJsonContext : JsonSerializerContext;
