using System.Globalization;
using LLaVAction.Runs;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A checkpoint folder, opened: its configuration, and its tensors by canonical name (<see cref="CanonicalNames"/>), mapped
/// and not copied. Both engines load models from here.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly IDisposable[] _files;

    private Checkpoint(CheckpointPath path, ModelConfiguration configuration, IReadOnlyDictionary<string, TensorView> tensors, IDisposable[] files)
    {
        Path = path;
        Configuration = configuration;
        Tensors = tensors;
        _files = files;
    }

    /// <summary>Where its files are.</summary>
    public CheckpointPath Path { get; }

    /// <summary>The folder; an adapter's own where it is one.</summary>
    public string Folder => Path.Folder;

    /// <summary>A label to show: <c>org/name@revision</c> in the Hugging Face cache, else the folder's own name.</summary>
    public string Name => ModelLabel.Of(Folder);

    /// <summary>Sizes and settings.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>
    /// All stored tensors by canonical name; those that <see cref="CheckpointLayout.Expected"/> lists are there, of those
    /// shapes, as F32, F16 or BF16.
    /// </summary>
    public IReadOnlyDictionary<string, TensorView> Tensors { get; }

    /// <summary>Opens a folder of either layout: reads JSON files and safetensors headers, and no weights.</summary>
    /// <exception cref="InputException">
    /// The folder is no checkpoint, or one that is damaged, incomplete or not supported; the message says what was found,
    /// what was expected and what to do.
    /// </exception>
    public static Checkpoint Open(CheckpointPath path)
    {
        CheckpointFolder.Check(path);
        var files = new List<IDisposable>();
        try
        {
            var tensors = new CheckpointTensors();
            var weights = Add(WeightFiles.Open(path.WeightFolder));
            tensors.Add(weights.Tensors.Values);
            var adapter = path.Base is null ? null : Add(LowRankAdapter.Open(path.Folder));
            if (!tensors.HasVisionTower && adapter?.HasVisionTower != true)
            {
                tensors.Add(Add(OpenTower(path)).Tensors.Values.Where(tensor => CanonicalNames.Of(tensor.Name).StartsWith("vision_tower.", StringComparison.Ordinal)));
            }

            adapter?.Apply(tensors);
            var configuration = ConfigurationReader.Read(path, tensors);
            CheckpointLayout.Check(path.Folder, configuration, tensors);
            return new Checkpoint(path, configuration, tensors.All, [.. files]);

            T Add<T>(T file)
                where T : IDisposable
            {
                files.Add(file);
                return file;
            }
        }
        catch
        {
            files.ForEach(item => item.Dispose());
            throw;
        }
    }

    /// <summary>Opens a folder that holds a whole model; otherwise as <see cref="Open"/>.</summary>
    /// <exception cref="InputException">As there, or the folder holds a vision tower alone.</exception>
    public static Checkpoint OpenModel(CheckpointPath path)
    {
        var checkpoint = Open(path);
        if (checkpoint.Configuration.Language is not null)
        {
            return checkpoint;
        }

        checkpoint.Dispose();
        throw new InputException($"{path} holds a vision tower alone; expected a whole model (LLaVA-OneVision, LLaVA-Video, LLaVAction).");
    }

    /// <summary>A tensor by its canonical name.</summary>
    /// <exception cref="KeyNotFoundException">The checkpoint has none of that name.</exception>
    public TensorView this[string canonicalName] => Tensors[canonicalName];

    /// <summary>Unmaps the weights. Addresses and spans taken from the tensors must not be used afterwards.</summary>
    public void Dispose() => Array.ForEach(_files, item => item.Dispose());

    // The weights of a tower that was left out of an original checkpoint, from a folder of its name.
    private static WeightFiles OpenTower(CheckpointPath path)
    {
        var name = JsonFields.TryOpen(path.FileOf("config.json"))?.Text("mm_vision_tower") ?? "";
        return OriginalVisionTower.FolderOf(path.WeightFolder, name) is { } tower
            ? WeightFiles.Open(tower)
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{path} holds no vision tower tensors. Its config.json names the tower {DisplayText.Quote(name)}: put that SigLIP checkpoint into a folder of that name in or beside this one."));
    }
}
