using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LLaVAction.Runs;

/// <summary>
/// The JSON of a run's files: UTF-8 without BOM, line feeds, snake_case keys in a fixed order, text unescaped but for
/// quotes, backslashes and control characters, doubles in the shortest form that reads back to the same value.
/// </summary>
public static class RunJson
{
    internal static RunJsonContext Lines { get; } = new(new JsonSerializerOptions(RunJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    // Serialisers of whole documents: indented, with line feeds on every platform.
    internal static RunJsonContext Documents { get; } = new(new JsonSerializerOptions(RunJsonContext.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The bytes of a result line, with its checksum and line feed.</summary>
    public static byte[] ToLine(ResultLine line) => LineChecksum.Append(JsonSerializer.SerializeToUtf8Bytes(line, Lines.ResultLine));

    /// <summary>Reads a result line without its checksum.</summary>
    /// <exception cref="JsonException">The bytes are not a result line.</exception>
    public static ResultLine ParseLine(ReadOnlySpan<byte> line) =>
        JsonSerializer.Deserialize(line, Lines.ResultLine) ?? throw new JsonException("The line is 'null'.");

    /// <summary>The bytes of <c>run.json</c>, ending with a line feed.</summary>
    public static byte[] ToBytes(RunRecord record) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(record, Documents.RunRecord), (byte)'\n'];

    /// <summary>The bytes of <c>summary.json</c>, ending with a line feed.</summary>
    public static byte[] ToBytes(RunSummary summary) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(summary, Documents.RunSummary), (byte)'\n'];

    /// <summary>The bytes of <c>batches-&lt;i&gt;of&lt;n&gt;.json</c>, ending with a line feed.</summary>
    public static byte[] ToBytes(BatchReport report) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(report, Documents.BatchReport), (byte)'\n'];

    /// <summary>Reads <c>run.json</c>.</summary>
    /// <exception cref="JsonException">The bytes are not a run record of this schema.</exception>
    public static RunRecord ParseRecord(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, Documents.RunRecord) ?? throw new JsonException("The document is 'null'.");
}

/// <summary>Generated (reflection-free, fast to start) serialisers of a run's records.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResultLine))]
[JsonSerializable(typeof(RunRecord))]
[JsonSerializable(typeof(RunIdentity))]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(BatchReport))]
internal sealed partial class RunJsonContext : JsonSerializerContext;
