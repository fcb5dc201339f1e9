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
    private const int BytesPerQuestion = 700;

    private static readonly BenchmarkJsonContext ManifestContext = new(new JsonSerializerOptions(BenchmarkJsonContext.Default.Options)
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

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

    /// <summary>
    /// Does what the first reading or writing of a manifest would do besides: worth it while a process waits for its files.
    /// </summary>
    public static void Prepare()
    {
        var set = new SetEntry
        {
            Strategy = string.Empty, Provenance = default, DumpFormat = null, File = string.Empty, Sha256 = string.Empty,
            Questions = 0, Excluded = 0, TruthInFirstK = 0, Substitutions = 0, RedrawnNarrations = 0, QuestionsWithAlsoTrue = 0,
            Chance = 0, Judges = [new JudgeAccuracy(string.Empty, 0, 0, false)], OptionsOnly = new OptionsOnlyAccuracies(0, 0, 0), PassedOver = [],
        };
        ParseManifest(ToBytes(new BenchmarkManifest
        {
            SchemaVersion = BenchmarkManifest.CurrentSchemaVersion, ToolVersion = string.Empty, Seed = 0, OptionsPerQuestion = 0,
            Representation = default, Protocol = default, Ambiguous = default, Limit = null,
            Sources = [new SourceFile(string.Empty, string.Empty, string.Empty, 0)], ClipsAsked = 0, PoolClips = 0, PoolClasses = 0,
            ClipsInEverySet = 0, Sets = [set], Licence = string.Empty,
        }));
    }

    /// <summary>The bytes of <c>manifest.json</c>, ending with a line feed.</summary>
    public static byte[] ToBytes(BenchmarkManifest manifest) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestContext.BenchmarkManifest), (byte)'\n'];

    /// <summary>Reads <c>manifest.json</c>.</summary>
    /// <exception cref="JsonException">The bytes are not a manifest of this schema.</exception>
    public static BenchmarkManifest ParseManifest(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize(bytes, ManifestContext.BenchmarkManifest)
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
