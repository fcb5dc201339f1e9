using LLaVAction.Models.Checkpoints;
using LLaVAction.Prompts;

namespace LLaVAction.Models.Settings;

/// <summary>What a model is: everything about it that a number depends on.</summary>
public sealed record ModelDescription
{
    private readonly Lazy<string?>? _hash;

    /// <summary>Name to show: the checkpoint folder's name, or a server's model name.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 over the weights, configuration and tokenizer files; null where unknown (a server).</summary>
    /// <remarks>Computed when first read where <see cref="DeferredHash"/> was given: seconds per ten gigabytes.</remarks>
    public string? Hash
    {
        get => _hash?.Value;
        init => _hash = new Lazy<string?>(value);
    }

    /// <summary>Sets <see cref="Hash"/> to what is computed at its first reading.</summary>
    public Lazy<string?> DeferredHash
    {
        init => _hash = value;
    }

    /// <summary>The engine, for example <c>cpu</c> or <c>torch</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>The device, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public required string Device { get; init; }

    /// <summary>Arithmetic, for example <c>float32</c>.</summary>
    public required string Precision { get; init; }

    /// <summary>The settings in force (pooling, newline, action token, repetition penalty, …), by name, in name order.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Which settings differ from the checkpoint's own: name → the checkpoint's value.</summary>
    public required IReadOnlyDictionary<string, string> OverriddenSettings { get; init; }

    /// <summary>True when the checkpoint says of itself that its weights are random (the demo's); shown with every figure.</summary>
    public bool HasRandomWeights { get; init; }

    /// <summary>False for a model that only writes text: its answers are read by the parsers.</summary>
    public bool ScoresLetters { get; init; } = true;

    /// <summary>Whether the checkpoint says that it was trained with the time instruction in its prompts.</summary>
    public bool WasTrainedWithTimeInstruction { get; init; }

    /// <summary>Whose words that instruction has.</summary>
    public TimeInstructionStyle TimeInstructionStyle { get; init; }

    /// <summary>How many visual tokens that many frames become; null where unknown.</summary>
    public Func<int, int>? VisualTokenCount { get; init; }

    /// <summary>Describes a checkpoint that an engine runs; <see cref="VisualTokenCount"/> is the engine's to set.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="own">Its own settings.</param>
    /// <param name="inForce">The settings in force.</param>
    /// <param name="engine">As <see cref="Engine"/>.</param>
    /// <param name="device">As <see cref="Device"/>.</param>
    /// <param name="precision">As <see cref="Precision"/>.</param>
    public static ModelDescription Of(Checkpoint checkpoint, ModelSettings own, ModelSettings inForce, string engine, string device, string precision)
    {
        var path = checkpoint.Path;
        var configuration = checkpoint.Configuration;
        return new ModelDescription
        {
            Name = checkpoint.Name,
            DeferredHash = new Lazy<string?>(() => CheckpointHash.Compute(path)),
            Engine = engine,
            Device = device,
            Precision = precision,
            Settings = inForce.ByName,
            OverriddenSettings = ModelSettings.Overridden(own, inForce),
            HasRandomWeights = configuration.HasRandomWeights,
            WasTrainedWithTimeInstruction = configuration.HasTimeInstruction,
            TimeInstructionStyle = configuration.TimeInstructionStyle,
        };
    }
}
