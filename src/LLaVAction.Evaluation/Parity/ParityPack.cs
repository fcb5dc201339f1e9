using System.Globalization;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Evaluation.Parity;

/// <summary>What a reference implementation computed for a few clips (docs/formats/parity-pack.md).</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Maker">What computed it, for people: backend, versions, device.</param>
/// <param name="Model">Name of the reference's checkpoint folder.</param>
/// <param name="Precision">Arithmetic of the reference: float32, bfloat16 or float16.</param>
/// <param name="HasRandomWeights">Whether its weights were random.</param>
/// <param name="Newline">Newline mode of the reference.</param>
/// <param name="Pooling">Pooling mode of the reference.</param>
/// <param name="ActionToken">Action token mode of the reference.</param>
/// <param name="Clips">The clips, at least one.</param>
public sealed record ParityPack(
    string Folder,
    string Maker,
    string Model,
    string Precision,
    bool HasRandomWeights,
    string Newline,
    string Pooling,
    string ActionToken,
    IReadOnlyList<ParityClip> Clips)
{
    /// <summary>The version of the format that is read.</summary>
    public const int SchemaVersion = 1;

    private const string FileName = "pack.json";
    private static readonly string[] Precisions = ["float32", "bfloat16", "float16"];

    /// <summary>Reads and checks a pack's description; the tensors are read clip by clip.</summary>
    /// <exception cref="InputException">It is not a parity pack.</exception>
    public static ParityPack Open(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            throw new InputException($"{folder} holds no {FileName}; expected a folder written by scripts/make-parity-pack.py.");
        }

        var fields = JsonFields.Open(file);
        var version = fields.Integer("schema_version", 0, int.MaxValue) ?? throw fields.Missing("schema_version");
        if (version != SchemaVersion)
        {
            throw fields.Wrong("schema_version", version.ToString(CultureInfo.InvariantCulture), $"{SchemaVersion}; make the pack with the script of this version");
        }

        var precision = Text(fields, "precision");
        if (!Precisions.Contains(precision, StringComparer.Ordinal))
        {
            throw fields.Wrong("precision", DisplayText.Quote(precision), string.Join(", ", Precisions));
        }

        var settings = fields.Object("settings") ?? throw fields.Missing("settings");
        var clips = fields.Objects("clips").Select(clip => ReadClip(folder, clip)).ToArray();
        if (clips.Length == 0)
        {
            throw fields.Wrong("clips", "none", "one clip or more");
        }

        return new ParityPack(
            folder,
            $"{Text(fields, "backend")}, torch {Text(fields, "torch")}, {Text(fields, "device")}, {precision}",
            Text(fields, "model"),
            precision,
            fields.Flag("has_random_weights") ?? false,
            Text(settings, "newline"),
            Text(settings, "pooling"),
            Text(settings, "action_token"),
            clips);
    }

    private static ParityClip ReadClip(string folder, JsonFields clip)
    {
        var name = Text(clip, "file");
        if (name != Path.GetFileName(name) || !name.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            throw clip.Wrong("file", DisplayText.Quote(name), "the name of a .safetensors file beside pack.json");
        }

        return new ParityClip(Text(clip, "id"), Path.Combine(folder, name), Text(clip, "prompt"), clip.Texts("candidates"));
    }

    private static string Text(JsonFields fields, string key) => fields.Text(key) is { Length: > 0 } text ? text : throw fields.Missing(key);
}

/// <summary>One clip of a pack.</summary>
/// <param name="Id">Its name.</param>
/// <param name="File">The file of its tensors.</param>
/// <param name="Prompt">The whole prompt, with <c>&lt;image&gt;</c> for the video.</param>
/// <param name="Candidates">The letters whose log-probabilities count.</param>
public sealed record ParityClip(string Id, string File, string Prompt, IReadOnlyList<string> Candidates);
