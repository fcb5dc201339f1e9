namespace LLaVAction.Models.Checkpoints;

/// <summary>Where a checkpoint's files are: one folder, or a low-rank adapter's and that of the model it was trained on.</summary>
/// <param name="Folder">The checkpoint, or the adapter.</param>
/// <param name="Base">The model under the adapter; null for a checkpoint.</param>
public readonly record struct CheckpointPath(string Folder, string? Base = null)
{
    /// <summary>A checkpoint's folder.</summary>
    public static implicit operator CheckpointPath(string folder) => new(folder);

    /// <summary>The model that a folder of an adapter says it was trained on, a path or a hub id; null where the folder is no adapter, or holds a whole model.</summary>
    /// <exception cref="InputException"><c>adapter_config.json</c> is damaged.</exception>
    public static string? BaseNamedIn(string folder) => LowRankAdapter.IsAdapter(folder) && !File.Exists(Path.Combine(folder, "model.safetensors")) ? LowRankAdapter.BaseOf(folder) : null;

    /// <summary>The folder that weights are opened from.</summary>
    public string WeightFolder => Base ?? Folder;

    /// <summary>The path of a file: the adapter's own where it has one, else its base's. It need not exist.</summary>
    public string FileOf(string name) => Base is null || File.Exists(Path.Combine(Folder, name)) ? Path.Combine(Folder, name) : Path.Combine(Base, name);

    /// <summary>The first of the two folders that holds all these files; <see cref="WeightFolder"/> where neither does.</summary>
    internal string FolderWith(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (!File.Exists(Path.Combine(Folder, name)))
            {
                return WeightFolder;
            }
        }

        return Folder;
    }

    /// <inheritdoc/>
    public override string ToString() => Folder;
}
