using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Video.Frames;

namespace LLaVAction.Testing.Conformance;

/// <summary>
/// One golden file of a model, the checkpoint folders beside it that it holds for, and the settings it was made with.
/// </summary>
/// <remarks>
/// A file's name says its settings: <c>golden_{pooling}_{newline}_…</c>, <c>golden_{action token}</c> (with
/// <c>action_idx</c> inside), <c>golden_{folder}</c> for the rounded weights of that folder alone; any other name means the
/// checkpoint's own settings. Where folders of float32 weights are present, the other files hold for those only.
/// </remarks>
public sealed class GoldenModel : IDisposable
{
    private readonly string _file;
    private readonly string _folder;
    private readonly string _name;

    /// <summary>Opens a golden file by its path below the golden folder.</summary>
    public GoldenModel(string file)
    {
        _file = file;
        _folder = file[..file.LastIndexOf('/')];
        _name = Path.GetFileNameWithoutExtension(file)["golden_".Length..];
        Tensors = GoldenTensors.Open(file);
    }

    /// <summary>What the file holds.</summary>
    public GoldenTensors Tensors { get; }

    /// <summary>The settings the file was made with.</summary>
    public ModelOptions Options
    {
        get
        {
            if (Tensors.Has("action_idx") && VideoTokenModes.ParseActionToken(_name) is not null)
            {
                return new ModelOptions { ActionTokenMode = _name };
            }

            return PoolingAndNewline(_name) ?? new ModelOptions();
        }
    }

    /// <summary>Full paths of the checkpoint folders that the file holds for.</summary>
    public IReadOnlyList<string> Checkpoints()
    {
        var folders = GoldenFolder.Checkpoints().Where(folder => folder.StartsWith(_folder + "/", StringComparison.Ordinal)).ToArray();
        var named = folders.Where(folder => folder[(_folder.Length + 1)..] == _name).ToArray();
        var general = folders.Where(folder => !File.Exists(GoldenFolder.PathOf($"{_folder}/golden_{folder[(_folder.Length + 1)..]}.safetensors"))).ToArray();
        var exact = general.Where(HoldsFloat32).ToArray();
        var chosen = named.Length > 0 ? named : exact.Length > 0 ? exact : general.Length > 0 ? general : folders;
        return chosen.Select(GoldenFolder.PathOf).ToArray();
    }

    /// <summary>Whether a checkpoint folder holds a language model too.</summary>
    public static bool HasLanguageModel(string checkpoint)
    {
        using var opened = Checkpoint.Open(checkpoint);
        return opened.Configuration.Language is not null;
    }

    /// <summary>
    /// A tensor of this file, or of the model's other goldens where this one lacks it (frames, pixel values, prompts of the
    /// rounded checkpoints), opened anew; null where there is none.
    /// </summary>
    public GoldenTensors? Find(string tensor)
    {
        if (Tensors.Has(tensor))
        {
            return GoldenTensors.Open(_file);
        }

        // Own settings first: then the short prompt of the checkpoint's own modes stands for a rounded checkpoint.
        var files = GoldenFolder.Files(_folder, "golden_*.safetensors").Where(file => file.LastIndexOf('/') == _folder.Length).ToArray();
        foreach (var file in files.OrderBy(file => file.EndsWith("_short.safetensors", StringComparison.Ordinal) ? 0 : 1))
        {
            var other = GoldenTensors.Open(file);
            if (other.Has(tensor))
            {
                return other;
            }

            other.Dispose();
        }

        return null;
    }

    /// <summary>The frames the goldens were made from; null where the model's files hold none.</summary>
    public ClipFrames? Frames()
    {
        using var source = Find("frames_uint8");
        if (source is null)
        {
            return null;
        }

        var shape = source.Shape("frames_uint8");
        var values = source.UInt8("frames_uint8");
        var size = shape[1] * shape[2] * 3;
        return new ClipFrames
        {
            Width = shape[2],
            Height = shape[1],
            Frames = Enumerable.Range(0, shape[0]).Select(i => new ReadOnlyMemory<byte>(values, i * size, size)).ToArray(),
            Seconds = Enumerable.Range(0, shape[0]).Select(i => (double)i).ToArray(),
            Selections = new Dictionary<int, IReadOnlyList<int>> { [shape[0]] = Enumerable.Range(0, shape[0]).ToArray() },
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Tensors.Dispose();

    private static bool HoldsFloat32(string folder)
    {
        using var checkpoint = Checkpoint.Open(GoldenFolder.PathOf(folder));
        return checkpoint.Tensors.Values.All(tensor => tensor.ElementType == ElementType.Float32);
    }

    private static ModelOptions? PoolingAndNewline(string name)
        => (from pooling in VideoTokenModes.PoolingNames.Split(", ")
            from newline in VideoTokenModes.NewlineNames.Split(", ")
            where (name + "_").StartsWith($"{pooling}_{newline}_", StringComparison.Ordinal)
            select new ModelOptions { PoolingMode = pooling, NewlineMode = newline }).FirstOrDefault();
}
