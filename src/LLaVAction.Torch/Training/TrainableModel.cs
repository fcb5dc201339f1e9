using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>
/// A checkpoint's model made ready for training: action tokens and heads that it lacks are added, frozen parts ask for no
/// gradient, adapters are hooked on. Owns the model.
/// </summary>
internal sealed class TrainableModel : IDisposable
{
    private const double HeadDeviation = 0.02;

    private TrainableModel(Llava model, LoraAdapter[] adapters, TrainedParameter[] parameters)
    {
        Model = model;
        Adapters = adapters;
        Parameters = parameters;
    }

    public Llava Model { get; }

    // The adapters; empty without LoRA.
    public IReadOnlyList<LoraAdapter> Adapters { get; }

    public IReadOnlyList<TrainedParameter> Parameters { get; }

    // The configuration that training gives a checkpoint: its own, with the settings' action tokens and heads.
    public static ModelConfiguration ConfigurationOf(ModelConfiguration own, TrainerSettings settings) => settings.ActionToken == ActionTokenMode.None
        ? own
        : own with { ActionToken = settings.ActionToken, ActionHeads = settings.ActionTypes };

    /// <summary>Loads a checkpoint for training.</summary>
    /// <exception cref="InputException">The settings do not suit the checkpoint.</exception>
    public static TrainableModel Load(Checkpoint checkpoint, TrainerSettings settings, ComputeDevice device)
    {
        var configuration = ConfigurationOf(checkpoint.Configuration, settings);
        Require(checkpoint, configuration, settings);
        var own = ModelSettings.Of(configuration, null);
        var expected = CheckpointLayout.Expected(configuration);
        var model = new Llava(
            device, configuration, own, name => checkpoint.Tensors.TryGetValue(name, out var stored) ? [.. stored.Shape] : expected.GetValueOrDefault(name));
        WeightLoader.Load(model, checkpoint, (name, parameter) => Initialise(name, parameter, settings));
        model.VisionTower.Encoder.RecomputesActivations = settings.RecomputesActivations && !settings.Frozen.Contains(ModelPart.Tower);
        model.Decoder!.RecomputesActivations = settings.RecomputesActivations;
        var adapters = settings.Lora is { } lora ? LoraAdapter.Attach(model, lora, settings.Seed) : [];
        var parameters = new List<TrainedParameter>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            var part = TrainedParameter.PartOf(name);
            parameter.requires_grad = !settings.Frozen.Contains(part) && !(settings.Lora is not null && part == ModelPart.Language);
            if (parameter.requires_grad)
            {
                var trained = new TrainedParameter(name, parameter, part);
                trained.Widen(checkpoint.Tensors.GetValueOrDefault(name));
                parameters.Add(trained);
            }
        }

        foreach (var adapter in adapters)
        {
            parameters.Add(new TrainedParameter(adapter.Name + ".lora_A.weight", adapter.A, ModelPart.Language));
            parameters.Add(new TrainedParameter(adapter.Name + ".lora_B.weight", adapter.B, ModelPart.Language));
        }

        return parameters.Count > 0
            ? new TrainableModel(model, adapters, [.. parameters])
            : throw new InputException("Every part of the model is frozen: nothing is left to train.");
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
        {
            parameter.Dispose();
        }

        foreach (var adapter in Adapters)
        {
            adapter.Dispose();
        }

        Model.Dispose();
    }

    private static void Require(Checkpoint checkpoint, ModelConfiguration configuration, TrainerSettings settings)
    {
        if (settings.ActionToken != ActionTokenMode.None && checkpoint.Configuration.Format != CheckpointFormat.Original)
        {
            throw new InputException(
                $"{checkpoint.Folder}: action tokens and heads have a place in the original layout (LlavaQwenForCausalLM) only. Train without --action-token, or start from an original checkpoint.");
        }

        if (checkpoint.Configuration.ActionHeads is { } heads && configuration.ActionHeads != heads)
        {
            throw new InputException(FormattableString.Invariant(
                $"{checkpoint.Folder}: its heads have {heads.Verbs},{heads.Nouns},{heads.Actions} rows; --action-types says {settings.ActionTypes.Verbs},{settings.ActionTypes.Nouns},{settings.ActionTypes.Actions}."));
        }

        if (settings is { ActionToken: ActionTokenMode.Newline } && configuration.Newline == NewlineMode.NoToken)
        {
            throw new InputException($"{checkpoint.Folder}: --action-token newline reads the last newline, and the checkpoint puts none among the video's tokens.");
        }
    }

    // Heads as transformers initialises linear layers; action tokens as the newline: N(0, 1/√hidden).
    private static void Initialise(string name, Parameter parameter, TrainerSettings settings)
    {
        var random = new KeyedRandom(settings.Seed, name, "initial-values");
        var deviation = name == CanonicalNames.ActionSupervision ? 1 / Math.Sqrt(parameter.shape[^1]) : HeadDeviation;
        var values = new float[parameter.numel()];
        for (var i = 0; i < values.Length; i++)
        {
            // Box and Muller.
            values[i] = (float)(deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        using var drawn = tensor(values, parameter.shape);
        parameter.copy_(drawn);
    }
}
