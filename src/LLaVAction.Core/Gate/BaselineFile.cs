using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLaVAction.Runs;

namespace LLaVAction.Gate;

/// <summary>Reads and writes baselines: one JSON document, keys in snake_case.</summary>
public static class BaselineFile
{
    private static readonly BaselineJsonContext Json = new(new JsonSerializerOptions(BaselineJsonContext.Default.Options)
    {
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes the file, whole or not at all.</summary>
    public static void Write(string path, Baseline baseline) =>
        AtomicFile.Write(path, [.. JsonSerializer.SerializeToUtf8Bytes(baseline, Json.Baseline), (byte)'\n']);

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="InputException">The file is missing, or is not a baseline of this schema.</exception>
    public static Baseline Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: no such file. Make a baseline with 'llavaction check RUN --write-baseline {path}'.");
        }

        try
        {
            var baseline = JsonSerializer.Deserialize(File.ReadAllBytes(path), Json.Baseline) ?? throw new JsonException("The document is 'null'.");
            if (baseline.SchemaVersion != Baseline.CurrentSchemaVersion)
            {
                throw new InputException(FormattableString.Invariant(
                    $"{path}: schema_version {baseline.SchemaVersion}; this version of the tool reads {Baseline.CurrentSchemaVersion}. Make the baseline again."));
            }

            if (baseline.Answers.FirstOrDefault(static answer => !(answer.LetterLogprobs ?? []).All(double.IsFinite)) is { } infinite)
            {
                throw new InputException($"{path}: a log-probability of question '{infinite.Id}' of set '{infinite.Strategy}' is not a finite number. Make the baseline again.");
            }

            var repeated = baseline.Answers.GroupBy(static answer => answer.Key).FirstOrDefault(static group => group.Count() > 1);
            return repeated is null
                ? baseline
                : throw new InputException($"{path}: question '{repeated.Key.Id}' of set '{repeated.Key.Strategy}' stands in it twice. Make the baseline again.");
        }
        catch (JsonException exception)
        {
            throw new InputException($"{path}: not a baseline of 'llavaction check --write-baseline' ({exception.Message}).", exception);
        }
    }
}

/// <summary>Generated serialisers of baselines.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Baseline))]
internal sealed partial class BaselineJsonContext : JsonSerializerContext;
