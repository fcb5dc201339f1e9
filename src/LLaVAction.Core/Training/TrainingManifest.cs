using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Benchmarks;

namespace LLaVAction.Training;

/// <summary>When it is decided which rows are shown with their prior actions.</summary>
[JsonConverter(typeof(SettingConverter<PriorActionDraw>))]
public enum PriorActionDraw
{
    /// <summary>Once: a row carries <see cref="TrainingRow.PriorActions"/> exactly when it is to be shown with them.</summary>
    [JsonStringEnumMemberName("build")]
    Build,

    /// <summary>Anew in every epoch: every row that has prior actions carries them, and the trainer shows the share that the manifest states.</summary>
    [JsonStringEnumMemberName("load")]
    Load,
}

/// <summary>What a model learns from a file of training rows.</summary>
[JsonConverter(typeof(SettingConverter<TrainingTask>))]
public enum TrainingTask
{
    /// <summary>Choose an option.</summary>
    [JsonStringEnumMemberName("mqa")]
    MultipleChoice,

    /// <summary>Say when a named action starts and ends.</summary>
    [JsonStringEnumMemberName("temporal")]
    TemporalDetection,

    /// <summary>Name the action in one's own words.</summary>
    [JsonStringEnumMemberName("direct")]
    Direct,
}

/// <summary>How a training set is made, besides the files it is made from.</summary>
public sealed record TrainingSettings
{
    /// <summary>Seed of every draw.</summary>
    public long Seed { get; init; } = 42;

    /// <summary>The tasks, one file each; multiple choice one for each strategy and representation.</summary>
    public IReadOnlyList<TrainingTask> Tasks { get; init; } = [TrainingTask.MultipleChoice, TrainingTask.TemporalDetection, TrainingTask.Direct];

    /// <summary>Options per question, K.</summary>
    public int OptionsPerQuestion { get; init; } = 5;

    /// <summary>
    /// <see cref="Protocol.Training"/> draws the distractors from the 2K best-ranked classes, as the original's code does;
    /// <see cref="Protocol.Mqa"/> takes the K−1 best-ranked, as its paper says.
    /// </summary>
    public Protocol Window { get; init; } = Protocol.Training;

    /// <summary>What text stands for a class; one multiple-choice file each.</summary>
    public IReadOnlyList<Representation> Representations { get; init; } = [Representation.Narration];

    /// <summary>What to do with distractors that may be true.</summary>
    public AmbiguousDistractors Ambiguous { get; init; } = AmbiguousDistractors.Keep;

    /// <summary>Seconds of padding of temporal detection, before and after the action together.</summary>
    public double DeltaSeconds { get; init; } = 5;

    /// <summary>Share of the multiple-choice rows with prior actions that are shown with them, in 0..1.</summary>
    public double PriorActionShare { get; init; }

    /// <summary>When the share is drawn.</summary>
    public PriorActionDraw PriorActionDraw { get; init; } = PriorActionDraw.Load;

    /// <summary><c>EK100</c> for chunked videos, <c>EKframes</c> for folders of frames.</summary>
    public string DatasetName { get; init; } = "EK100";
}

/// <summary><c>manifest.json</c> of a training set. The order of the members is the order of the keys in the file.</summary>
public sealed record TrainingManifest
{
    /// <summary>The schema that this version of the tool writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>What tells this manifest from a benchmark's.</summary>
    public const string KindName = "training-set";

    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><see cref="KindName"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Version of the format.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Version of the tool that built the set.</summary>
    public required string ToolVersion { get; init; }

    /// <summary>How it was made.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>How many rows were taken at most; null where no limit was given.</summary>
    public required int? Limit { get; init; }

    /// <summary>The files it was made from, ordered by role, file name and hash.</summary>
    public required IReadOnlyList<SourceFile> Sources { get; init; }

    /// <summary>Clips that rows were made of.</summary>
    public required int Clips { get; init; }

    /// <summary>Classes that <c>action_id</c> counts: those of all annotations given, sorted by the text <c>verb:noun</c>.</summary>
    public required int ActionClasses { get; init; }

    /// <summary>Clips that have two prior actions.</summary>
    public required int ClipsWithPriorActions { get; init; }

    /// <summary>The files of rows, by ordinal name.</summary>
    public required IReadOnlyList<TrainingFileEntry> Files { get; init; }

    /// <summary>What may be done with the rows.</summary>
    public required string Licence { get; init; }

    /// <summary>
    /// How a benchmark's set stands to this training set: <c>iid</c> where the same teacher ranked the distractors of both,
    /// <c>ood</c> where another did, or none.
    /// </summary>
    /// <param name="strategy">Name of the benchmark's set.</param>
    public string RelationTo(string strategy) => Files.Any(file => file.Strategy == strategy) ? "iid" : "ood";

    /// <summary>The bytes of the file, ending with a line feed.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            JsonSerializer.Serialize(json, this, TrainingJsonContext.Default.TrainingManifest);
        }

        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    /// <summary>Reads the file; null where it is another kind of manifest.</summary>
    /// <exception cref="JsonException">It is no manifest of this schema.</exception>
    public static TrainingManifest? Parse(ReadOnlyMemory<byte> bytes)
    {
        return IsKind(bytes) ? JsonSerializer.Deserialize(bytes.Span, TrainingJsonContext.Default.TrainingManifest) : null;
    }

    private static bool IsKind(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("kind"u8, out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals(KindName);
        }
        catch (JsonException)
        {
            // No JSON at all: whoever reads it as a benchmark says so.
            return false;
        }
    }
}

/// <summary>What the manifest says of one file of rows.</summary>
public sealed record TrainingFileEntry
{
    /// <summary>File name in the set's folder.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Rows in the file.</summary>
    public required int Rows { get; init; }

    /// <summary>What it teaches.</summary>
    public required TrainingTask Task { get; init; }

    /// <summary>The <c>question_type</c> of its rows.</summary>
    public required string QuestionType { get; init; }

    /// <summary>The strategy of a multiple-choice file, <c>random</c> or the teacher's name; null for other tasks.</summary>
    public required string? Strategy { get; init; }

    /// <summary>What is known of the teacher's dump; null where there is none.</summary>
    public required TeacherEntry? Teacher { get; init; }

    /// <summary>Rows that carry prior actions.</summary>
    public required int RowsWithPriorActions { get; init; }

    /// <summary>Clips left out because a distractor may be true.</summary>
    public required int Excluded { get; init; }
}

/// <summary>What the manifest says of a dump whose classes became distractors.</summary>
/// <param name="Provenance">Where its predictions come from, as stated.</param>
/// <param name="Sha256">SHA-256 of the dump's file.</param>
/// <param name="Top1">Share of the clips whose true class it ranks first.</param>
/// <param name="ValidationTop1">The same of its validation dump; null where none was given.</param>
/// <param name="IsInSample">
/// Whether it was trained on the clips it predicts: its top-1 is more than 10 points above the validation dump's, or its own
/// description says so; null where neither is known.
/// </param>
/// <param name="Folds">Folds of a cross-fitted dump; null where none were stated.</param>
/// <param name="TiesAtCut">Rows whose last candidate is one only by its name.</param>
public sealed record TeacherEntry(Provenance Provenance, string Sha256, double Top1, double? ValidationTop1, bool? IsInSample, int? Folds, int TiesAtCut);

/// <summary>Generated serialisers of the manifest.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TrainingManifest))]
internal sealed partial class TrainingJsonContext : JsonSerializerContext;
