namespace LLaVAction.Models.Checkpoints;

/// <summary>A checkpoint's tensors by canonical name, and what their shapes tell about the model.</summary>
internal sealed class CheckpointTensors
{
    private readonly Dictionary<string, TensorView> _tensors = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, TensorView> All => _tensors;

    public bool HasVisionTower => _tensors.Keys.Any(name => name.StartsWith("vision_tower.", StringComparison.Ordinal));

    public int StoredVisionLayers => _tensors.Keys.Select(name => CanonicalNames.VisionLayerOf(name) + 1 ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>Adds tensors under their canonical names.</summary>
    /// <exception cref="InputException">Two tensors have one canonical name.</exception>
    public void Add(IEnumerable<TensorView> tensors)
    {
        foreach (var tensor in tensors)
        {
            var name = CanonicalNames.Of(tensor.Name);
            if (!_tensors.TryAdd(name, tensor))
            {
                throw new InputException(
                    $"{tensor.File}: tensors {DisplayText.Quote(_tensors[name].Name)} and {DisplayText.Quote(tensor.Name)} both are {DisplayText.Quote(name)}; expected one of them.");
            }
        }
    }

    /// <summary>Puts a tensor in the place of another, or adds it.</summary>
    public void Replace(TensorView tensor) => _tensors[CanonicalNames.Of(tensor.Name)] = tensor;

    public bool Has(string name) => _tensors.ContainsKey(name);

    // One size of a tensor's shape; null where there is no such tensor, axis, or the size is no plausible one.
    public int? Size(string name, int axis)
    {
        if (!_tensors.TryGetValue(name, out var tensor) || axis >= tensor.Shape.Count)
        {
            return null;
        }

        var size = tensor.Shape[axis];
        return size is > 0 and <= 1 << 24 ? (int)size : null;
    }
}
