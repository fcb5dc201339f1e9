using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Benchmarks;

/// <summary>
/// The JSON of benchmark files: UTF-8 without BOM, line feeds, snake_case keys in a fixed order, text unescaped but for
/// quotes, backslashes, control characters and what other readers take for the end of a line, doubles in the shortest form
/// that reads back to the same value.
/// </summary>
public static class BenchmarkJson
{
    private const int BytesPerQuestion = 700;

    private static readonly JsonWriterOptions LineLayout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonWriterOptions ManifestLayout = LineLayout with { Indented = true, NewLine = "\n" };

    /// <summary>The lines of a set, each with its line feed.</summary>
    public static ReadOnlyMemory<byte> ToLines(IReadOnlyCollection<Question> questions)
    {
        var buffer = new ArrayBufferWriter<byte>((questions.Count + 1) * BytesPerQuestion);
        using var json = new Utf8JsonWriter(buffer, LineLayout);
        foreach (var question in questions)
        {
            Write(json, question);
            json.Flush();
            json.Reset();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenMemory;
    }

    /// <summary>The line of a question, without its line feed.</summary>
    public static ReadOnlyMemory<byte> ToLine(Question question) => ToLines([question])[..^1];

    /// <summary>Reads one line of a set.</summary>
    /// <exception cref="JsonException">The line is not a question.</exception>
    public static Question ParseLine(ReadOnlySpan<byte> line)
    {
        var question = JsonSerializer.Deserialize(line, BenchmarkJsonContext.Default.Question) ?? throw new JsonException("The line is 'null'.");

        // A number beyond the largest double is read as infinity, which no line can hold.
        return double.IsFinite(question.StartSeconds) && double.IsFinite(question.StopSeconds)
            ? question
            : throw new JsonException("a time is beyond every number");
    }

    /// <summary>The bytes of <c>manifest.json</c>, ending with a line feed.</summary>
    /// <remarks>The layout is the writer's and not the serialiser's, which then needs no more than its generated code.</remarks>
    public static byte[] ToBytes(BenchmarkManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ManifestLayout))
        {
            JsonSerializer.Serialize(writer, manifest, ManifestWriterContext.Default.BenchmarkManifest);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="JsonException">The bytes are not a manifest of this schema.</exception>
    public static BenchmarkManifest ParseManifest(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, BenchmarkJsonContext.Default.BenchmarkManifest)
        ?? throw new JsonException("The document is 'null'.");

    private static void Write(Utf8JsonWriter json, Question question)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, question.Id);
        json.WriteString("video_id"u8, question.VideoId);
        json.WriteString("participant_id"u8, question.ParticipantId);
        WriteSeconds(json, "start_seconds"u8, question.StartSeconds);
        WriteSeconds(json, "stop_seconds"u8, question.StopSeconds);
        json.WriteNumber("start_frame"u8, question.StartFrame);
        json.WriteNumber("stop_frame"u8, question.StopFrame);
        json.WriteString("narration"u8, question.Narration);
        json.WriteNumber("verb_class"u8, question.VerbClass);
        json.WriteNumber("noun_class"u8, question.NounClass);
        json.WriteString("strategy"u8, question.Strategy);
        WriteTexts(json, "options"u8, question.Options);
        WriteTexts(json, "option_classes"u8, question.OptionClasses);
        json.WriteStartArray("option_ranks"u8);
        foreach (var rank in question.OptionRanks)
        {
            WriteNumber(json, rank);
        }

        json.WriteEndArray();
        WriteTexts(json, "also_true"u8, question.AlsoTrue);
        json.WritePropertyName("answer_index"u8);
        WriteNumber(json, question.AnswerIndex);
        json.WritePropertyName("ground_truth_rank"u8);
        WriteNumber(json, question.GroundTruthRank);
        if (question.Text is { } text)
        {
            json.WriteString("question"u8, text);
        }

        if (question.Categories is { } categories)
        {
            json.WriteStartObject("categories"u8);
            foreach (var (kind, category) in categories.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteString(kind, category);
            }

            json.WriteEndObject();
        }

        if (question.Subtitles is { } subtitles)
        {
            json.WriteString("subtitles"u8, subtitles);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string?> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, int? number)
    {
        if (number is { } value)
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    // Whole seconds keep their ".0", so that every reader takes the column as a floating-point number.
    private static void WriteSeconds(Utf8JsonWriter json, ReadOnlySpan<byte> name, double seconds)
    {
        if (seconds == Math.Floor(seconds) && Math.Abs(seconds) < 1e9)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(seconds.ToString("F1", CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNumber(name, seconds);
        }
    }
}

/// <summary>Generated (reflection-free, fast to start) serialisers of the benchmark's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(BenchmarkManifest))]
internal sealed partial class BenchmarkJsonContext : JsonSerializerContext;

/// <summary>Generated code that writes a manifest. The metadata that reading needs costs a process some 400 methods to compile.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Serialization, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BenchmarkManifest))]
internal sealed partial class ManifestWriterContext : JsonSerializerContext;
