using LLaVAction.Prompts;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Whose files a checkpoint is made of.</summary>
public enum CheckpointFormat
{
    /// <summary>LLaVA-NeXT and LLaVAction: <c>LlavaQwenForCausalLM</c>.</summary>
    Original,

    /// <summary>Hugging Face transformers: <c>LlavaOnevisionForConditionalGeneration</c>.</summary>
    HuggingFace,

    /// <summary>A SigLIP vision tower alone.</summary>
    VisionTower,
}

/// <summary>
/// What a checkpoint is: every size and setting that its numbers depend on, read from its JSON files, and from its
/// tensors where the files are silent or (vocabulary rows, tied embeddings) less trustworthy.
/// </summary>
public sealed record ModelConfiguration
{
    /// <summary>Whose files these are.</summary>
    public required CheckpointFormat Format { get; init; }

    /// <summary>The vision tower.</summary>
    public required VisionConfiguration Vision { get; init; }

    /// <summary>The language model; null for a vision tower alone.</summary>
    public LanguageConfiguration? Language { get; init; }

    /// <summary>How frames become pixel values.</summary>
    public PixelSettings Pixels { get; init; } = new();

    /// <summary>Pooling of a frame's patches.</summary>
    public PoolingMode Pooling { get; init; } = PoolingMode.Bilinear;

    /// <summary>Newlines among the video's tokens, as they come to stand there: a merge type that adds none is <see cref="NewlineMode.NoToken"/>.</summary>
    public NewlineMode Newline { get; init; } = NewlineMode.OneToken;

    /// <summary>LLaVAction's action token.</summary>
    public ActionTokenMode ActionToken { get; init; } = ActionTokenMode.None;

    /// <summary>Rows of LLaVAction's three heads, where the checkpoint holds them.</summary>
    public ActionHeadSizes? ActionHeads { get; init; }

    /// <summary>Whether the checkpoint was trained with the time instruction before the prompt (<c>add_time_instruction</c>).</summary>
    public bool HasTimeInstruction { get; init; }

    /// <summary>Whose words that instruction has: LLaVAction's where the checkpoint has its keys, else LLaVA-Video's where it has one at all.</summary>
    public TimeInstructionStyle TimeInstructionStyle { get; init; }

    /// <summary>What greedy generation reads from <c>generation_config.json</c>.</summary>
    public GenerationSettings Generation { get; init; } = new();

    /// <summary>The token that stands for a visual token of a video in Hugging Face prompts (<c>video_token_index</c>).</summary>
    public int? VideoTokenId { get; init; }

    /// <summary>Whether <c>config.json</c> says <c>"llavaction_random_weights": true</c>: figures made with it are for show.</summary>
    public bool HasRandomWeights { get; init; }

    /// <summary>What was assumed because neither the files nor the tensors say it; empty for published checkpoints.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];
}

/// <summary>A SigLIP vision tower up to the hidden states that are used: no post-norm, no pooling head.</summary>
/// <param name="Hidden">Width.</param>
/// <param name="Layers">Encoder layers to run; the file may hold one more, which is not used.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Intermediate">Width of the MLP.</param>
/// <param name="ImageSize">Side of the square image in pixels.</param>
/// <param name="PatchSize">Side and stride of the patch convolution; the remainder of the image is dropped.</param>
/// <param name="LayerNormEpsilon">Epsilon of the layer norms.</param>
public sealed record VisionConfiguration(
    int Hidden, int Layers, int Heads, int Intermediate, int ImageSize, int PatchSize, double LayerNormEpsilon)
{
    /// <summary>Patches along one side.</summary>
    public int GridSide => ImageSize / PatchSize;

    /// <summary>Patches of a frame.</summary>
    public int Patches => GridSide * GridSide;

    /// <summary>Width of one attention head.</summary>
    public int HeadDimension => Hidden / Heads;
}

/// <summary>A Qwen2 language model.</summary>
/// <param name="Hidden">Width.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="Heads">Query heads.</param>
/// <param name="KeyValueHeads">Key and value heads; divides <paramref name="Heads"/>.</param>
/// <param name="HeadDimension">Width of one head, even.</param>
/// <param name="Intermediate">Width of the MLP.</param>
/// <param name="VocabularyRows">Rows of the embedding, padding rows included.</param>
/// <param name="HasTiedEmbeddings">Whether the embedding is the output head too.</param>
/// <param name="RopeTheta">Base of the rotary embedding.</param>
/// <param name="RmsNormEpsilon">Epsilon of the RMS norms.</param>
/// <param name="MaximumPositions">Longest sequence it was made for.</param>
public sealed record LanguageConfiguration(
    int Hidden,
    int Layers,
    int Heads,
    int KeyValueHeads,
    int HeadDimension,
    int Intermediate,
    int VocabularyRows,
    bool HasTiedEmbeddings,
    double RopeTheta,
    double RmsNormEpsilon,
    int MaximumPositions);

/// <summary>How an RGB frame, resized to the tower's image size, becomes pixel values: (value × scale − mean) / deviation, per channel.</summary>
public sealed record PixelSettings
{
    /// <summary>Scale of the bytes.</summary>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>Means of red, green and blue.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.5f, 0.5f, 0.5f];

    /// <summary>Standard deviations of red, green and blue.</summary>
    public IReadOnlyList<float> StandardDeviation { get; init; } = [0.5f, 0.5f, 0.5f];
}

/// <summary>Rows of the verb, noun and action heads (<c>action_types</c>).</summary>
public sealed record ActionHeadSizes(int Verbs, int Nouns, int Actions);

/// <summary>Settings of greedy generation; sampling settings do not apply.</summary>
public sealed record GenerationSettings
{
    /// <summary>Ids that end generation; empty where the files name none.</summary>
    public IReadOnlyList<int> EndOfSequenceIds { get; init; } = [];

    /// <summary>Penalty on tokens generated before; 1 for none.</summary>
    public float RepetitionPenalty { get; init; } = 1;
}
