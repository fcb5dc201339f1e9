using System.Globalization;
using LLaVAction.Runs;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A checkpoint folder, opened: its configuration, and its tensors by canonical name (<see cref="CanonicalNames"/>), mapped
/// and not copied. Both engines load models from here.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly WeightFiles[] _weights;

    private Checkpoint(string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, TensorView> tensors, WeightFiles[] weights)
    {
        Folder = folder;
        Configuration = configuration;
        Tensors = tensors;
        _weights = weights;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

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
    public static Checkpoint Open(string folder)
    {
        var weights = new List<WeightFiles>();
        try
        {
            var tensors = new CheckpointTensors();
            weights.Add(WeightFiles.Open(folder));
            tensors.Add(weights[0].Tensors.Values);
            if (!tensors.HasVisionTower)
            {
                weights.Add(OpenTower(folder));
                tensors.Add(weights[1].Tensors.Values.Where(tensor => CanonicalNames.Of(tensor.Name).StartsWith("vision_tower.", StringComparison.Ordinal)));
            }

            var configuration = ConfigurationReader.Read(folder, tensors);
            CheckpointLayout.Check(folder, configuration, tensors);
            return new Checkpoint(folder, configuration, tensors.All, weights.ToArray());
        }
        catch
        {
            weights.ForEach(item => item.Dispose());
            throw;
        }
    }

    /// <summary>Opens a folder that holds a whole model; otherwise as <see cref="Open"/>.</summary>
    /// <exception cref="InputException">As there, or the folder holds a vision tower alone.</exception>
    public static Checkpoint OpenModel(string folder)
    {
        var checkpoint = Open(folder);
        if (checkpoint.Configuration.Language is not null)
        {
            return checkpoint;
        }

        checkpoint.Dispose();
        throw new InputException($"{folder} holds a vision tower alone; expected a whole model (LLaVA-OneVision, LLaVA-Video, LLaVAction).");
    }

    /// <summary>A tensor by its canonical name.</summary>
    /// <exception cref="KeyNotFoundException">The checkpoint has none of that name.</exception>
    public TensorView this[string canonicalName] => Tensors[canonicalName];

    /// <summary>Unmaps the weights. Addresses and spans taken from the tensors must not be used afterwards.</summary>
    public void Dispose() => Array.ForEach(_weights, item => item.Dispose());

    // The weights of a tower that was left out of an original checkpoint, from a folder of its name.
    private static WeightFiles OpenTower(string folder)
    {
        var name = JsonFields.TryOpen(Path.Combine(folder, "config.json"))?.Text("mm_vision_tower") ?? "";
        return OriginalVisionTower.FolderOf(folder, name) is { } tower
            ? WeightFiles.Open(tower)
            : throw new InputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{folder} holds no vision tower tensors. Its config.json names the tower {DisplayText.Quote(name)}: put that SigLIP checkpoint into a folder of that name in or beside this one."));
    }
}
