using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLaVAction.Recognizers;

/// <summary>
/// What is known of a dump that this tool wrote: the file <c>DUMP.json</c> beside it. <c>build-benchmark</c> takes the
/// provenance from there.
/// </summary>
public sealed record DumpDescription
{
    /// <summary>The version of this format.</summary>
    public const int CurrentSchema = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The version of the format it was written in.</summary>
    public int SchemaVersion { get; init; } = CurrentSchema;

    /// <summary>The tool that wrote the dump.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>SHA-256 of the dump's file.</summary>
    public required string Sha256 { get; init; }

    /// <summary><c>measured</c>, or <c>simulated</c> where the weights were random.</summary>
    public required string Provenance { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Hash of the model's files.</summary>
    public string? ModelHash { get; init; }

    /// <summary>The published checkpoint that the model is; null for any other.</summary>
    public string? Published { get; init; }

    /// <summary>SHA-256 of the class list (<c>verb:noun</c> lines in the order of the columns).</summary>
    public required string ClassesSha256 { get; init; }

    /// <summary>How many classes are scored.</summary>
    public required int Classes { get; init; }

    /// <summary>SHA-256 of the annotations.</summary>
    public required string AnnotationsSha256 { get; init; }

    /// <summary>Clips that the dump was asked for.</summary>
    public required int Clips { get; init; }

    /// <summary>Clips without scores, by the status that says why; such a dump is incomplete.</summary>
    public required IReadOnlyDictionary<string, string> Failed { get; init; }

    /// <summary>Clips of videos that the model was trained on: their scores are in-sample, better than those of unseen clips.</summary>
    public required int InSampleClips { get; init; }

    /// <summary>How the scores were made: engine, precision, layout, policy, frames, views, preprocessing, scoring.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What is known to differ from the published evaluation.</summary>
    public IReadOnlyList<string> Differences { get; init; } = [];

    /// <summary>Top-1 and top-5 in percent, by <c>action</c>, <c>verb</c>, <c>noun</c>, <c>tail_action</c>, …</summary>
    public IReadOnlyDictionary<string, TopAccuracy> Accuracy { get; init; } = new Dictionary<string, TopAccuracy>(StringComparer.Ordinal);

    /// <summary>The path of the description of a dump.</summary>
    public static string PathOf(string dump) => dump + ".json";

    /// <summary>Reads the description beside a dump; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged, or belongs to another dump than the one that lies there.</exception>
    public static DumpDescription? Find(string dump, string sha256)
    {
        var path = PathOf(dump);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var description = JsonSerializer.Deserialize<DumpDescription>(File.ReadAllBytes(path), Json);
            return description?.SchemaVersion != CurrentSchema
                ? throw new InputException($"{path}: schema_version is {description?.SchemaVersion}, expected {CurrentSchema}. Write the dump again by this version's predict-actions.")
                : description.Sha256 == sha256
                    ? description
                    : throw new InputException($"{path} describes another file than {dump} (sha256 {description.Sha256[..Math.Min(12, description.Sha256.Length)]}…, found {sha256[..12]}…). Write the dump again, or remove the description.");
        }
        catch (JsonException failure)
        {
            throw new InputException($"{path}: no description of a dump ({failure.Message}). Write the dump again, or remove the description.", failure);
        }
    }

    /// <summary>The bytes of the description's file.</summary>
    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];
}

/// <summary>Top-1 and top-5 in percent over some clips.</summary>
public sealed record TopAccuracy(double Top1, double Top5, int Clips);
