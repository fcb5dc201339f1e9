using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// The vision tower of an original checkpoint, whose <c>config.json</c> only names it (<c>mm_vision_tower</c>). Sizes come
/// from a <c>vision_config</c> in it or a folder of the tower's name beside the checkpoint where there is one, else from
/// the tensors; what those cannot tell, from the known SigLIP towers.
/// </summary>
internal sealed partial class OriginalVisionTower
{
    private const double DefaultEpsilon = 1e-6;
    private const int So400mHidden = 1152;
    private const int So400mLayers = 27;

    private readonly string _file;
    private readonly JsonFields _config;
    private readonly CheckpointTensors _tensors;
    private readonly string _name;
    private readonly JsonFields? _own;
    private readonly List<string> _assumptions = [];

    public OriginalVisionTower(string folder, string file, JsonFields config, CheckpointTensors tensors)
    {
        _file = file;
        _config = config;
        _tensors = tensors;
        _name = config.Text("mm_vision_tower") ?? config.Text("vision_tower") ?? "";
        var beside = FolderOf(folder, _name) is { } tower ? JsonFields.TryOpen(Path.Combine(tower, "config.json")) : null;
        _own = config.Object("vision_config") ?? beside?.Object("vision_config") ?? beside;
    }

    public IReadOnlyList<string> Assumptions => _assumptions;

    // The folder of the tower's name in the checkpoint folder or beside it; null where there is none. The name comes from an
    // untrusted file, so only its last part counts.
    public static string? FolderOf(string folder, string name)
    {
        var last = name.TrimEnd('/', '\\').Split('/', '\\')[^1];
        if (last.Length == 0 || last is "." or ".." || last.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
        {
            return null;
        }

        string[] places = [Path.Combine(folder, last), Path.Combine(folder, "..", last)];
        return Array.Find(places, place => File.Exists(Path.Combine(place, "config.json")));
    }

    /// <summary>Reads sizes and layers.</summary>
    /// <param name="processorSize">Image size of <c>preprocessor_config.json</c>, if there is one.</param>
    /// <param name="languageHeads">Attention heads of the language model.</param>
    public VisionConfiguration Read(int? processorSize, int languageHeads)
    {
        var hidden = _own?.Size("hidden_size") ?? Size(CanonicalNames.PatchEmbeddingWeight, 0, So400mHidden);
        var patch = _own?.Size("patch_size") ?? Math.Min(Size(CanonicalNames.PatchEmbeddingWeight, 2, 14), 1 << 14);
        return VisionTowerConfiguration.Checked(_file, new VisionConfiguration(
            hidden,
            Layers(hidden),
            _own?.Size("num_attention_heads") ?? Heads(hidden, languageHeads),
            _own?.Size("intermediate_size") ?? Size(CanonicalNames.VisionLayer(0, "mlp.fc1.weight"), 0, 4304),
            _own?.Size("image_size") ?? processorSize ?? ImageSize(patch),
            patch,
            _own?.Positive("layer_norm_eps") ?? DefaultEpsilon));
    }

    private int Size(string name, int axis, int so400m) => _tensors.Size(name, axis) ?? so400m;

    // The reference deletes the tower's last layer on loading and saves what is left, so a file holds all layers but one, or
    // (where the tower was never saved with the rest) all of them. Either way all but the tower's last are run.
    private int Layers(int hidden)
    {
        if (_own?.Integer("num_hidden_layers", 2, 1000) is int whole)
        {
            return whole - 1;
        }

        var stored = Math.Clamp(_tensors.StoredVisionLayers, 1, 1000);
        var isSo400m = hidden == So400mHidden && (stored == So400mLayers || _name.Contains("so400m", StringComparison.OrdinalIgnoreCase));
        return isSo400m ? So400mLayers - 1 : stored;
    }

    private int Heads(int hidden, int languageHeads)
    {
        int? known = hidden switch
        {
            768 => 12,
            1024 or 1152 or 1536 => 16,
            _ => null,
        };
        if (known is int heads)
        {
            return heads;
        }

        if (hidden % languageHeads != 0)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_file} names the vision tower {DisplayText.Quote(_name)} and not how many attention heads it has; width {hidden} is none of the published SigLIP towers'. Add \"vision_config\": {{\"num_attention_heads\": …}} with the tower's other sizes, or put the tower's folder beside the checkpoint."));
        }

        _assumptions.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"vision attention heads: {languageHeads}, as the language model has, because neither config.json nor a folder of the tower's name says"));
        return languageHeads;
    }

    private int ImageSize(int patch)
    {
        var positions = Size(CanonicalNames.PositionEmbedding, 0, 729);
        var grid = (int)Math.Sqrt(positions);
        if (grid * grid != positions)
        {
            throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_file}: the vision tower has {positions} positions, which is no square grid of patches; supported is SigLIP (a class token, as CLIP has, is not)."));
        }

        var candidates = new List<int>();
        if (ImageSizeOfName().Match(_name) is { Success: true } match)
        {
            candidates.Add(int.Parse(match.Groups["side"].Value, NumberStyles.None, CultureInfo.InvariantCulture));
        }

        candidates.AddRange(PinpointSides());
        foreach (var candidate in candidates.Where(side => side / patch == grid))
        {
            return candidate;
        }

        if (patch == 14 && grid == 27)
        {
            return 384;
        }

        _assumptions.Add(string.Create(
            CultureInfo.InvariantCulture, $"image size: {grid * patch}, the smallest of a {grid} × {grid} grid, because config.json does not say"));
        return grid * patch;
    }

    private IEnumerable<int> PinpointSides()
    {
        if (_config.Value("image_grid_pinpoints") is not { ValueKind: JsonValueKind.Array } pinpoints)
        {
            return [];
        }

        return pinpoints.EnumerateArray()
            .Where(point => point.ValueKind == JsonValueKind.Array)
            .SelectMany(point => point.EnumerateArray())
            .Select(side => side.ValueKind == JsonValueKind.Number && side.TryGetInt32(out var pixels) ? pixels : 0)
            .Where(side => side > 0)
            .Order()
            .Take(1);
    }

    [GeneratedRegex(@"patch[0-9]{1,3}-(?<side>[0-9]{2,4})(?![0-9])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ImageSizeOfName();
}
