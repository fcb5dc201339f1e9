namespace LLaVAction.Models.Engines;

/// <summary>Makes models. The command line knows engines by this port alone.</summary>
public interface IEngine
{
    /// <summary><c>cpu</c> or <c>torch</c>.</summary>
    string Name { get; }

    /// <summary>Lines for <c>doctor</c>: what the engine found (SIMD, libraries, devices, memory, what is missing).</summary>
    IReadOnlyList<EngineFact> Inspect();

    /// <summary>Loads a checkpoint folder.</summary>
    /// <exception cref="InputException">The folder is not a checkpoint that can be run; the message says why.</exception>
    IVideoLanguageModel LoadModel(string checkpointFolder, ModelOptions options);

    /// <summary>
    /// Loads a checkpoint folder to look at its stages. Tokenizer files may be absent, and so may the language model
    /// (a folder of a vision tower alone).
    /// </summary>
    /// <exception cref="InputException">The folder is not a checkpoint that can be run; the message says why.</exception>
    IStagedModel LoadStagedModel(string checkpointFolder, ModelOptions options);

    /// <summary>Loads a recogniser's folder (<c>convert-recogniser</c>).</summary>
    /// <exception cref="InputException">The folder is no recogniser that can be run; the message says why.</exception>
    IActionRecognizer LoadRecognizer(string folder, ModelOptions options);
}

/// <summary>One line about an engine or a machine.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Value">What was found.</param>
/// <param name="IsUsable">False when something needed is missing, null when something optional is; then <paramref name="Value"/> says what to do.</param>
public sealed record EngineFact(string Name, string Value, bool? IsUsable = true);

/// <summary>How to run a checkpoint; null means as the checkpoint says.</summary>
public sealed record ModelOptions
{
    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary><c>auto</c>, <c>float32</c>, <c>bfloat16</c> or <c>float16</c>.</summary>
    public string Precision { get; init; } = "auto";

    /// <summary>Threads for the model; null for what the process may use.</summary>
    public int? Threads { get; init; }

    /// <summary>Newline mode: <c>one_token</c>, <c>grid</c>, <c>frame</c> or <c>no_token</c>.</summary>
    public string? NewlineMode { get; init; }

    /// <summary>Pooling mode: <c>bilinear</c>, <c>average</c> or <c>max</c>.</summary>
    public string? PoolingMode { get; init; }

    /// <summary>Action token mode: <c>none</c>, <c>one_token</c>, <c>three_tokens</c> or <c>newline</c>.</summary>
    public string? ActionTokenMode { get; init; }

    /// <summary>Repetition penalty of greedy generation, over generated tokens only; 1 for none.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Exact texts of the tokens that end generation, for example <c>&lt;|im_end|&gt;</c>.</summary>
    public IReadOnlyList<string>? StopTokens { get; init; }

    /// <summary>
    /// How many prompts each selection of a clip's frames is asked in the run; an engine may choose the shape of its batches
    /// by it. Null where unknown.
    /// </summary>
    public int? PromptsPerClip { get; init; }

    /// <summary>The most frames that a prompt of the run sees, from which an engine may tell whether memory will do. Null where unknown.</summary>
    public int? FramesPerClip { get; init; }

    /// <summary>How many vocabulary rows count; logits at and beyond it are masked.</summary>
    public int? VocabularySize { get; init; }
}
