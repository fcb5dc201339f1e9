using System.Text.Json;
using System.Text.Json.Nodes;
using LLaVAction.Models.Checkpoints;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>What a checkpoint holds beside the state of training.</summary>
public enum CheckpointContent
{
    /// <summary>The whole model, adapters merged: it needs no flag to be evaluated.</summary>
    Merged,

    /// <summary>The adapters alone.</summary>
    Adapter,
}

/// <summary>
/// Writes checkpoints in the layout of the one that training started from: its names and element types, its tokenizer files,
/// its config.json with what training changed. A folder is written aside, synced and renamed: one of its name is whole.
/// </summary>
internal sealed class CheckpointWriter(Checkpoint origin, TrainableModel trained, TrainerSettings settings, CheckpointContent content = CheckpointContent.Merged)
{
    private const string Partial = ".partial";
    private const long ShardBytes = 5_000_000_000;

    public static string NameOf(int step) => FormattableString.Invariant($"checkpoint-{step:D6}");

    // The whole checkpoints of a run, oldest first; what a kill left half-written is not among them.
    public static IReadOnlyList<string> Existing(string run) => Directory.Exists(run)
        ? [.. Directory.EnumerateDirectories(run, "checkpoint-*").Where(folder => !folder.EndsWith(Partial, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    // Writes the checkpoint of a step, over one of the same step where there is one; gives its folder.
    public string Write(string run, TrainingProgress progress)
    {
        var target = Path.Combine(run, NameOf(progress.Step));
        var partial = target + Partial;
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(partial);
        try
        {
            if (content == CheckpointContent.Adapter)
            {
                AdapterFiles.Write(partial, trained, origin, settings.Lora!);
            }
            else
            {
                WriteWeights(partial);
            }

            WriteDescription(partial);
            TrainingState.Write(partial, trained, progress);
            foreach (var file in Directory.EnumerateFiles(partial))
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
                stream.Flush(flushToDisk: true);
            }
        }
        catch (IOException failure)
        {
            Directory.Delete(partial, recursive: true);
            throw new InputException($"{target}: the checkpoint cannot be written ({failure.Message}). Earlier checkpoints are whole; free space, and start the same command again.", failure);
        }

        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        Directory.Move(partial, target);
        return target;
    }

    // Whether a checkpoint lacks the model that checkpoints of this run have: it was written as adapters alone.
    public bool LacksModel(string folder) => content == CheckpointContent.Merged && File.Exists(Path.Combine(folder, AdapterFiles.TensorFile));

    // Writes model, configuration and tokenizer files alone; adapters are merged.
    public void WriteModel(string folder)
    {
        WriteWeights(folder);
        WriteDescription(folder);
    }

    private void WriteWeights(string folder)
    {
        var parameters = trained.Model.named_parameters().ToDictionary(item => item.name, item => (Tensor)item.parameter, StringComparer.Ordinal);
        var adapters = trained.Adapters.ToDictionary(adapter => adapter.Name + ".weight", StringComparer.Ordinal);
        var masters = trained.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Master, StringComparer.Ordinal);
        var tensors = new List<TensorToWrite>();
        foreach (var (canonical, stored) in origin.Tensors)
        {
            // What is stored and not used, and what is not trained, is passed on as it is.
            var source = adapters.TryGetValue(canonical, out var adapter) ? Merged(adapter)
                : masters.TryGetValue(canonical, out var master) ? TrainingState.Bytes(master, TypeOf(stored.ElementType))
                : (offset, bytes) => stored.GetBytes(offset, bytes.Length).CopyTo(bytes);
            tensors.Add(new TensorToWrite(stored.Name, stored.ElementType, [.. stored.Shape], source));

            TensorFill Merged(LoraAdapter merged)
            {
                Tensor? weight = null;
                return (offset, bytes) =>
                {
                    weight ??= merged.Merged().DetachFromDisposeScope();
                    TrainingState.Bytes(weight, TypeOf(stored.ElementType))(offset, bytes);
                    if (offset + bytes.Length == stored.ByteLength)
                    {
                        weight.Dispose();
                        weight = null;
                    }
                };
            }
        }

        var type = origin.Tensors.Values.First(tensor => tensor.ElementType is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16).ElementType;
        foreach (var (name, parameter) in parameters.Where(item => !origin.Tensors.ContainsKey(item.Key)))
        {
            var stored = name == CanonicalNames.ActionSupervision ? "model." + name : name;
            tensors.Add(new TensorToWrite(stored, type, parameter.shape, TrainingState.Bytes(masters.GetValueOrDefault(name, parameter), TypeOf(type))));
        }

        if (tensors.Sum(tensor => tensor.ByteLength) <= ShardBytes)
        {
            SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), tensors);
        }
        else
        {
            SafetensorsWriter.WriteShards(folder, tensors, ShardBytes);
        }
    }

    private void WriteDescription(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), Configuration());
        foreach (var file in Directory.EnumerateFiles(origin.Folder).Where(IsCopied))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }
    }

    private string Configuration()
    {
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(origin.Folder, "config.json")))!.AsObject();
        config.Remove("llavaction_random_weights");
        config["add_time_instruction"] = settings.HasTimeInstruction;
        if (origin.Configuration.Format == CheckpointFormat.Original)
        {
            config["mm_tunable_parts"] = string.Join(',', Parts());
            config["mm_vision_tower_lr"] = settings.TowerLearningRate;
            config["mm_projector_lr"] = settings.ProjectorLearningRate;
            if (settings.ActionToken != ActionTokenMode.None)
            {
                var types = settings.ActionTypes;
                config["vision_supervision"] = VideoTokenModes.NameOf(settings.ActionToken);
                config["vision_token_training"] = settings.Layers switch
                {
                    SupervisedLayers.First => "first_layer",
                    SupervisedLayers.All => "all_layers",
                    _ => "last_layer",
                };
                config["action_types"] = FormattableString.Invariant($"{types.Verbs},{types.Nouns},{types.Actions}");
            }

            AddMissing(config, "tokenizer_model_max_length", settings.MaximumLength);
            AddMissing(config, "tokenizer_padding_side", "right");
            AddMissing(config, "use_pos_skipping", false);
            AddMissing(config, "pos_skipping_range", 4096);
            AddMissing(config, "force_sample", false);
            AddMissing(config, "add_faster_video", false);
            AddMissing(config, "faster_token_stride", 10);
            AddMissing(config, "image_aspect_ratio", "anyres_max_9");
        }

        return config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private IEnumerable<string> Parts()
    {
        (ModelPart Part, string Name)[] names =
            [(ModelPart.Tower, "mm_vision_tower"), (ModelPart.Projector, "mm_mlp_adapter"), (ModelPart.Language, "mm_language_model")];
        return names.Where(item => !settings.Frozen.Contains(item.Part)).Select(item => item.Name);
    }

    private static void AddMissing(JsonObject config, string key, JsonNode value)
    {
        if (!config.ContainsKey(key))
        {
            config[key] = value;
        }
    }

    private static bool IsCopied(string file) => Path.GetFileName(file) is not "config.json"
        && Path.GetExtension(file) is ".json" or ".txt" or ".jinja"
        && !Path.GetFileName(file).StartsWith("training_", StringComparison.Ordinal)
        && !Path.GetFileName(file).EndsWith(".index.json", StringComparison.Ordinal);

    private static ScalarType TypeOf(ElementType type) => type switch
    {
        ElementType.BFloat16 => ScalarType.BFloat16,
        ElementType.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };
}
