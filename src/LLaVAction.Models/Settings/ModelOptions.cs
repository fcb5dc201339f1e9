namespace LLaVAction.Models.Settings;

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
