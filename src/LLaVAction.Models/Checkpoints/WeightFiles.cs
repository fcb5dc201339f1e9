namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// The safetensors files of a folder, opened together: <c>model.safetensors</c>, or the shards that
/// <c>model.safetensors.index.json</c> names, or the folder's only safetensors file.
/// </summary>
public sealed class WeightFiles : IDisposable
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, TensorView> _tensors = new(StringComparer.Ordinal);

    private WeightFiles()
    {
    }

    /// <summary>The files, in ordinal order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>All tensors by their stored names.</summary>
    public IReadOnlyDictionary<string, TensorView> Tensors => _tensors;

    /// <summary>Opens the weights of a folder.</summary>
    /// <exception cref="InputException">There are none, one is damaged, or index and shards do not agree.</exception>
    public static WeightFiles Open(string folder)
    {
        var weights = new WeightFiles();
        try
        {
            var index = Path.Combine(folder, IndexFile);
            var isSharded = !File.Exists(Path.Combine(folder, SingleFile)) && File.Exists(index);
            var map = isSharded ? ReadIndex(index) : [];
            var paths = isSharded ? ShardPaths(folder, map).ToArray() : [SinglePath(folder)];
            if (paths.Where(static path => !File.Exists(path)).Select(Path.GetFileName).ToArray() is { Length: > 0 } missing)
            {
                throw new InputException($"{folder}: {missing.Length} of the {paths.Length} weight files that {IndexFile} names are missing: {string.Join(", ", missing.Take(3).Select(static name => DisplayText.Shorten(name!)))}{(missing.Length > 3 ? ", …" : "")}. Download them again; hf download resumes.");
            }

            foreach (var path in paths)
            {
                weights.Add(SafetensorsFile.Open(path));
            }

            weights.CheckIndex(index, map);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>The paths of the weight files (and their index), without opening them; empty where there are none.</summary>
    public static IReadOnlyList<string> Locate(string folder)
    {
        var index = Path.Combine(folder, IndexFile);
        if (!File.Exists(Path.Combine(folder, SingleFile)) && File.Exists(index))
        {
            return [index, .. ShardPaths(folder, ReadIndex(index))];
        }

        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.safetensors").Any() ? [SinglePath(folder)] : [];
    }

    /// <summary>Unmaps all files.</summary>
    public void Dispose() => _files.ForEach(file => file.Dispose());

    private static string SinglePath(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        if (File.Exists(single))
        {
            return single;
        }

        var found = !Directory.Exists(folder) ? [] : Directory.GetFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        return found switch
        {
            [string only] => only,
            [] => throw CheckpointFolder.WithoutWeights(folder),
            _ => throw new InputException($"{folder} holds {found.Length} safetensors files and neither {SingleFile} nor {IndexFile} that says which belong together. Add the index."),
        };
    }

    private static Dictionary<string, string> ReadIndex(string index)
    {
        var fields = JsonFields.Open(index);
        var weightMap = fields.Object("weight_map") ?? throw fields.Missing("weight_map");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in weightMap.Members.Keys)
        {
            var file = weightMap.Text(tensor) ?? "";
            if (file.Length == 0 || file is "." or ".." || file.AsSpan().IndexOfAny("/\\:\0") >= 0)
            {
                throw weightMap.Wrong(DisplayText.Shorten(tensor), DisplayText.Quote(file), "the name of a file in the same folder");
            }

            map.Add(tensor, file);
        }

        return map;
    }

    private static IEnumerable<string> ShardPaths(string folder, Dictionary<string, string> map) =>
        map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Path.Combine(folder, name));

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (var tensor in file.Tensors.Values)
        {
            if (!_tensors.TryAdd(tensor.Name, tensor))
            {
                throw new InputException(
                    $"{file.Path}: tensor {DisplayText.Quote(tensor.Name)} is in {Path.GetFileName(_tensors[tensor.Name].File)} too. Download the shards of one checkpoint into an empty folder.");
            }
        }
    }

    private void CheckIndex(string index, Dictionary<string, string> map)
    {
        var wrong = map
            .Where(item => !_tensors.TryGetValue(item.Key, out var tensor) || !string.Equals(Path.GetFileName(tensor.File), item.Value, StringComparison.Ordinal))
            .Select(item => $"{DisplayText.Quote(item.Key)} in {item.Value}")
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (wrong.Length > 0)
        {
            throw new InputException(
                $"{index} names {wrong.Length} tensors that are not where it says: {string.Join(", ", wrong.Take(5))}{(wrong.Length > 5 ? ", …" : "")}. Download index and shards of one checkpoint.");
        }
    }
}
