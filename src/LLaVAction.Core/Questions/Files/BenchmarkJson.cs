using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Questions.Manifests;

namespace LLaVAction.Questions.Files;

/// <summary>
/// The JSON of benchmark files: UTF-8 without BOM, line feeds, snake_case keys in a fixed order, text unescaped but for
/// quotes, backslashes and control characters, doubles in the shortest form that reads back to the same value.
/// </summary>
public static class BenchmarkJson
{
    private static readonly JsonWriterOptions LineOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly BenchmarkJsonContext ManifestContext = new(new JsonSerializerOptions(BenchmarkJsonContext.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Makes the writer of question lines; one writer serves many lines.</summary>
    public static Utf8JsonWriter CreateLineWriter(IBufferWriter<byte> output) => new(output, LineOptions);

    /// <summary>Writes a question as one line, with its line feed.</summary>
    public static void WriteLine(Utf8JsonWriter writer, IBufferWriter<byte> output, Question question)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, question.Id);
        writer.WriteString("video_id"u8, question.VideoId);
        writer.WriteString("participant_id"u8, question.ParticipantId);
        WriteSeconds(writer, "start_seconds"u8, question.StartSeconds);
        WriteSeconds(writer, "stop_seconds"u8, question.StopSeconds);
        writer.WriteNumber("start_frame"u8, question.StartFrame);
        writer.WriteNumber("stop_frame"u8, question.StopFrame);
        writer.WriteString("narration"u8, question.Narration);
        writer.WriteNumber("verb_class"u8, question.VerbClass);
        writer.WriteNumber("noun_class"u8, question.NounClass);
        writer.WriteString("strategy"u8, question.Strategy);
        WriteTexts(writer, "options"u8, question.Options);
        WriteTexts(writer, "option_classes"u8, question.OptionClasses);
        writer.WriteStartArray("option_ranks"u8);
        foreach (var rank in question.OptionRanks)
        {
            WriteNullable(writer, rank);
        }

        writer.WriteEndArray();
        WriteTexts(writer, "also_true"u8, question.AlsoTrue);
        writer.WritePropertyName("answer_index"u8);
        WriteNullable(writer, question.AnswerIndex);
        writer.WritePropertyName("ground_truth_rank"u8);
        WriteNullable(writer, question.GroundTruthRank);
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset();
        output.Write("\n"u8);
    }

    /// <summary>The line of a question, without its line feed.</summary>
    public static byte[] ToLine(Question question)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = CreateLineWriter(output);
        WriteLine(writer, output, question);
        return output.WrittenSpan[..^1].ToArray();
    }

    /// <summary>Reads one line of a set.</summary>
    /// <exception cref="JsonException">The line is not a question.</exception>
    public static Question ParseLine(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, BenchmarkJsonContext.Default.Question)
        ?? throw new JsonException("The line is 'null'.");

    /// <summary>The bytes of <c>manifest.json</c>, ending with a line feed.</summary>
    public static byte[] ToBytes(BenchmarkManifest manifest) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestContext.BenchmarkManifest), (byte)'\n'];

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="JsonException">The bytes are not a manifest of this schema.</exception>
    public static BenchmarkManifest ParseManifest(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, ManifestContext.BenchmarkManifest)
        ?? throw new JsonException("The document is 'null'.");

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string?> texts)
    {
        writer.WriteStartArray(name);
        for (var i = 0; i < texts.Count; i++)
        {
            writer.WriteStringValue(texts[i]);
        }

        writer.WriteEndArray();
    }

    private static void WriteNullable(Utf8JsonWriter writer, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    // Whole seconds keep their ".0", so that every reader takes the column as a floating-point number.
    private static void WriteSeconds(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double seconds)
    {
        Span<byte> text = stackalloc byte[40];
        Utf8Formatter.TryFormat(seconds, text, out var length);
        if (text[..length].IndexOfAny(".eE"u8) < 0)
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }

        writer.WritePropertyName(name);
        writer.WriteRawValue(text[..length], skipInputValidation: true);
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
