using System.Globalization;
using LLaVAction.Recognizers.Pickles;

namespace LLaVAction.Models.Checkpoints;

/// <summary>
/// A folder of low-rank updates (LoRA, Hu and others, 2021) as PEFT saves it, and LLaVA's training scripts with it: a weight
/// becomes W + s·B·A, and tensors that were trained whole take the place of the base's.
/// </summary>
/// <remarks>
/// <c>adapter_config.json</c>; <c>adapter_model.safetensors</c> or <c>.bin</c>; LLaVA's <c>non_lora_trainables.bin</c>. The
/// <c>.bin</c> files are read by <see cref="TorchFile"/>, which runs nothing in them.
/// </remarks>
internal sealed class LowRankAdapter : IDisposable
{
    public const string ConfigurationFile = "adapter_config.json";

    private const string UpdateA = ".lora_A.";
    private const string UpdateB = ".lora_B.";

    private readonly List<IDisposable> _files = [];
    private readonly Dictionary<string, TensorView> _tensors = new(StringComparer.Ordinal);
    private readonly LowRankSettings _settings;
    private readonly string _folder;

    private LowRankAdapter(string folder)
    {
        _folder = folder;
        _settings = LowRankSettings.Read(Path.Combine(folder, ConfigurationFile));
    }

    // Names of the files that an adapter's weights may be in, and of LLaVA's beside them.
    public static IReadOnlyList<string> FileNames { get; } = ["adapter_model.bin", "adapter_model.safetensors", ConfigurationFile, "non_lora_trainables.bin"];

    public bool HasVisionTower => _tensors.Keys.Any(static name => CanonicalNames.Of(name).StartsWith("vision_tower.", StringComparison.Ordinal) && !name.Contains("lora_", StringComparison.Ordinal));

    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, ConfigurationFile));

    /// <summary>The model that an adapter says it was trained on: a path or a hub id; null where it says none.</summary>
    public static string? BaseOf(string folder) => JsonFields.Open(Path.Combine(folder, ConfigurationFile)).Text("base_model_name_or_path") is { Length: > 0 } name ? name : null;

    /// <summary>Opens an adapter.</summary>
    /// <exception cref="InputException">Files are missing or damaged, or it is of a kind that cannot be merged.</exception>
    public static LowRankAdapter Open(string folder)
    {
        var adapter = new LowRankAdapter(folder);
        try
        {
            var safetensors = Path.Combine(folder, "adapter_model.safetensors");
            var pickle = Path.Combine(folder, "adapter_model.bin");
            if (File.Exists(safetensors))
            {
                var file = SafetensorsFile.Open(safetensors);
                adapter._files.Add(file);
                adapter.Add(file.Tensors.Values);
            }
            else
            {
                adapter.AddPickle(File.Exists(pickle) ? pickle
                    : throw new InputException($"{folder} holds {ConfigurationFile} and no weights of an adapter; expected adapter_model.safetensors or adapter_model.bin. Copy or download it again."));
            }

            var whole = Path.Combine(folder, "non_lora_trainables.bin");
            if (File.Exists(whole))
            {
                adapter.AddPickle(whole);
            }

            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Puts merged weights, and those trained whole, into a base's tensors.</summary>
    /// <exception cref="InputException">The base lacks a weight, or has another shape: it is not the model that the adapter was trained on.</exception>
    public void Apply(CheckpointTensors tensors)
    {
        foreach (var (name, tensor) in _tensors.Where(static item => !item.Key.Contains(UpdateA, StringComparison.Ordinal) && !item.Key.Contains(UpdateB, StringComparison.Ordinal)))
        {
            if (name.Contains("lora_", StringComparison.Ordinal))
            {
                throw new InputException($"{tensor.File}: {DisplayText.Quote(name)} is no update of a linear layer's weight; merge the adapter with PEFT (merge_and_unload, save_pretrained) and take the merged model.");
            }

            tensors.Replace(tensor.WithName(name));
        }

        foreach (var (name, a) in _tensors.Where(static item => item.Key.Contains(UpdateA, StringComparison.Ordinal)))
        {
            var module = name[..name.IndexOf(UpdateA, StringComparison.Ordinal)];
            var b = _tensors.GetValueOrDefault(name.Replace(UpdateA, UpdateB, StringComparison.Ordinal))
                ?? throw new InputException($"{a.File}: {DisplayText.Quote(a.Name)} has no lora_B beside it. Copy or download it again.");
            tensors.Replace(Merge(module, a, b, tensors));
        }
    }

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    private TensorView Merge(string module, TensorView a, TensorView b, CheckpointTensors tensors)
    {
        var name = CanonicalNames.Of(module + ".weight");
        if (!tensors.All.TryGetValue(name, out var weight))
        {
            throw new InputException($"{a.File} changes {DisplayText.Quote(module)}, which the model under it does not have; {BaseAdvice()}");
        }

        var isUpdate = a.Shape.Count == 2 && b.Shape.Count == 2 && a.Shape[0] == b.Shape[1];
        if (!isUpdate || weight.Shape.Count != 2 || weight.Shape[0] != b.Shape[0] || weight.Shape[1] != a.Shape[1])
        {
            throw new InputException(
                $"{a.File}: {DisplayText.Quote(module)} has updates {DisplayText.Shape(b.Shape)} × {DisplayText.Shape(a.Shape)} of a weight {DisplayText.Shape(weight.Shape)}, which do not fit; {BaseAdvice()}");
        }

        var merged = new MergedWeight(weight, a, b, _settings.ScaleOf(module, checked((int)a.Shape[0])));
        return new TensorView(new ComputedBytes(merged.Compute), a.File, weight.Name, weight.ElementTypeName, weight.Shape, 0, weight.ByteLength);
    }

    private string BaseAdvice() => $"{ConfigurationFile} names {DisplayText.Quote(_settings.BaseModel ?? "no model")}. Give the model that the adapter was trained on by --base-model.";

    private void AddPickle(string path)
    {
        var file = TorchFile.Open(path);
        _files.Add(file);
        var gate = new Lock();
        Add(file.StateDict().Select(item => new TensorView(
            new ComputedBytes(() => Read(item.Value)), path, item.Key, item.Value.ElementType, item.Value.Shape, 0, item.Value.Count * item.Value.ElementSize)));

        byte[] Read(TorchTensor tensor)
        {
            using var scope = gate.EnterScope();
            var bytes = file.Read(tensor);
            var pinned = ComputedBytes.Allocate(bytes.Length);
            bytes.CopyTo(pinned, 0);
            return pinned;
        }
    }

    // Under PEFT's own names: without wrappers, and without the adapter's name that older versions wrote.
    private void Add(IEnumerable<TensorView> tensors)
    {
        foreach (var tensor in tensors)
        {
            var name = CanonicalNames.WithoutWrappers(tensor.Name)
                .Replace("modules_to_save.", "", StringComparison.Ordinal)
                .Replace(".default.", ".", StringComparison.Ordinal)
                .Replace(".base_layer.", ".", StringComparison.Ordinal);
            if (!_tensors.TryAdd(name, tensor))
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{_folder}: {DisplayText.Quote(tensor.Name)} is there twice, in {Path.GetFileName(_tensors[name].File)} and {Path.GetFileName(tensor.File)}. Take the files of one training run."));
            }
        }
    }
}
