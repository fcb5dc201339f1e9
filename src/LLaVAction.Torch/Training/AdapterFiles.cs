using System.Text.Json;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Torch.Training;

/// <summary>
/// Adapters alone, in the layout of PEFT: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, a few hundred
/// megabytes where a merged 7B checkpoint is 16 GB.
/// </summary>
internal static class AdapterFiles
{
    public const string TensorFile = "adapter_model.safetensors";

    private const string ConfigurationFile = "adapter_config.json";
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true };

    /// <summary>Refuses trainings that move more than adapters, which files of adapters could not hold.</summary>
    /// <exception cref="InputException">There are no adapters, or other parameters are trained too.</exception>
    public static void Require(TrainableModel trained, TrainerSettings settings)
    {
        ModelPart[] others = [.. trained.Parameters.Where(static parameter => !parameter.Name.Contains(".lora_", StringComparison.Ordinal)).Select(static parameter => parameter.Part).Distinct()];
        if (others.Length > 0)
        {
            var remedy = settings.Lora is null ? "--lora-rank" : $"--freeze {Names(settings.Frozen.Union(others), ",")}";
            throw new InputException($"--save adapter stores adapters alone, and these would be trained too: {Names(others, ", ")}. Give {remedy}, or save merged checkpoints.");
        }

        static string Names(IEnumerable<ModelPart> parts, string separator) => string.Join(separator, parts.Order().Select(static part => part.ToString().ToLowerInvariant()));
    }

    /// <summary>Writes both files.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="trained">The model.</param>
    /// <param name="origin">The checkpoint that the adapters belong to.</param>
    /// <param name="settings">Rank, scale, dropout, targets.</param>
    public static void Write(string folder, TrainableModel trained, Checkpoint origin, LoraSettings settings)
    {
        var isOriginal = origin.Configuration.Format == CheckpointFormat.Original;
        SafetensorsWriter.Write(
            Path.Combine(folder, TensorFile),
            [.. trained.Adapters.SelectMany(adapter => new[]
            {
                TrainingState.Stored($"{NameOf(adapter.Name)}.lora_A.weight", Master(adapter.Name + ".lora_A.weight")),
                TrainingState.Stored($"{NameOf(adapter.Name)}.lora_B.weight", Master(adapter.Name + ".lora_B.weight")),
            })]);
        var configuration = new
        {
            peft_type = "LORA",
            task_type = "CAUSAL_LM",
            base_model_name_or_path = Path.GetFullPath(origin.Folder),
            r = settings.Rank,
            lora_alpha = settings.Alpha,
            lora_dropout = settings.Dropout,
            // A pattern of whole names: the vision tower has projections of the same names.
            target_modules = $"model\\.{(isOriginal ? "" : "language_model\\.")}layers\\.\\d+\\..*({string.Join('|', settings.Targets)})",
            bias = "none",
            fan_in_fan_out = false,
            init_lora_weights = true,
            inference_mode = true,
        };
        File.WriteAllText(Path.Combine(folder, ConfigurationFile), JsonSerializer.Serialize(configuration, Layout) + "\n");

        // The module's name in transformers 5, or in the original's model.
        string NameOf(string canonical) => "base_model.model.model." + (isOriginal ? canonical["language_model.".Length..] : canonical);

        TorchSharp.torch.Tensor Master(string name) => trained.Parameters.First(parameter => parameter.Name == name).Master;
    }
}
