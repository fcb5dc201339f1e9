using LLaVAction.Cli.Options;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;

namespace LLaVAction.Cli.Commands;

/// <summary>Arithmetic of a model.</summary>
internal enum PrecisionChoice
{
    Auto,

    // 32 bits.
    Float32,

    // Brain floating point, 16 bits.
    Bfloat16,

    // Half precision, 16 bits.
    Float16,
}

/// <summary>What runs a model; shared by the commands that load one.</summary>
internal sealed record ModelRuntime
{
    [Option("--engine", "Which engine runs the model: cpu needs nothing; torch needs libtorch and is for GPUs; auto is torch where both are there.", Synonym = "embedded=cpu")]
    public EngineChoice Engine { get; init; }

    [Option("--device", "Device to run on; several, with commas, share the work.", Value = "auto|cpu|cuda:N[,cuda:N]", HasCommas = true)]
    public IReadOnlyList<string> Devices { get; init; } = ["auto"];

    [Option("--base-model", "Model under a LoRA adapter given as --model, a folder or hub id [default: the one that the adapter names].", Value = "MODEL")]
    public string? BaseModel { get; init; }

    [Option("--precision", "Arithmetic of the model.")]
    public PrecisionChoice Precision { get; init; }

    [Option("--threads", "Threads of the model [default: what the process may use].", Value = "N", Minimum = 1, Maximum = 1024)]
    public int? Threads { get; init; }

    /// <summary>The engine for these options.</summary>
    /// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
    public IEngine CreateEngine(string? libTorchFolder) => Engines.Create(Engine, Devices.FirstOrDefault("auto"), libTorchFolder);

    /// <summary>Where the files of a model are.</summary>
    /// <param name="model">The folder or hub id of a checkpoint, or of an adapter.</param>
    public CheckpointPath Locate(string model) => HuggingFaceCache.Locate(model, BaseModel);

    public ModelOptions ToModelOptions(string? device = null) => new()
    {
        Device = device ?? Devices.FirstOrDefault("auto"),
        Precision = Precision.ToString().ToLowerInvariant(),
        Threads = Threads,
    };
}

/// <summary>Overrides of what a checkpoint says of itself; shared by the commands that ask a model.</summary>
internal sealed record CheckpointOverrides
{
    [Option("--mm-newline", $"Newline tokens among the video tokens: {VideoTokenModes.NewlineNames} [default: the checkpoint's].", Value = "MODE")]
    public string? Newline { get; init; }

    [Option("--mm-pooling", $"Pooling of each frame's patches: {VideoTokenModes.PoolingNames} [default: the checkpoint's].", Value = "MODE")]
    public string? Pooling { get; init; }

    [Option("--action-token", $"Action tokens: {VideoTokenModes.ActionTokenNames} [default: the checkpoint's].", Value = "MODE")]
    public string? ActionToken { get; init; }

    [Option("--repetition-penalty", "Penalty on tokens already generated; 1 for none [default: the checkpoint's].", Value = "X", Minimum = 0.01, Maximum = 100)]
    public float? RepetitionPenalty { get; init; }

    [Option("--stop-tokens", "Texts of the tokens that end an answer [default: the checkpoint's].", Value = "TOKEN[,TOKEN]", HasCommas = true)]
    public IReadOnlyList<string> StopTokens { get; init; } = [];

    [Option("--vocabulary-size", "Rows of the vocabulary that count [default: the tokenizer's].", Value = "N", Minimum = 1)]
    public int? VocabularySize { get; init; }

    public ModelOptions Override(ModelOptions options) => options with
    {
        NewlineMode = Newline,
        PoolingMode = Pooling,
        ActionTokenMode = ActionToken,
        RepetitionPenalty = RepetitionPenalty,
        StopTokens = StopTokens.Count > 0 ? StopTokens : null,
        VocabularySize = VocabularySize,
    };
}
