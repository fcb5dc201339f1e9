using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Testing;

/// <summary>Configurations to write random checkpoints of: the real shapes, and one small enough for any test.</summary>
public static class KnownConfigurations
{
    private static readonly VisionConfiguration So400m = new(1152, 26, 16, 4304, 384, 14, 1e-6);

    /// <summary>LLaVA-OneVision 0.5B: SigLIP so400m and Qwen2-0.5B.</summary>
    public static ModelConfiguration HalfBillion { get; } = new()
    {
        Format = CheckpointFormat.Original,
        Vision = So400m,
        Language = new(896, 24, 14, 2, 64, 4864, 151936, true, 1e6, 1e-6, 32768),
        Generation = new GenerationSettings { EndOfSequenceIds = [151645, 151643], RepetitionPenalty = 1.1f },
    };

    /// <summary>LLaVA-Video 7B: SigLIP so400m and Qwen2-7B, grid newlines.</summary>
    public static ModelConfiguration SevenBillion { get; } = new()
    {
        Format = CheckpointFormat.Original,
        Vision = So400m,
        Language = new(3584, 28, 28, 4, 128, 18944, 152064, false, 1e6, 1e-6, 32768),
        Newline = NewlineMode.Grid,
        Generation = new GenerationSettings { EndOfSequenceIds = [151645, 151643], RepetitionPenalty = 1.05f },
    };

    /// <summary>Two layers of each kind, an odd grid, LLaVAction's action token and heads.</summary>
    public static ModelConfiguration Tiny { get; } = new()
    {
        Format = CheckpointFormat.Original,
        Vision = new(16, 2, 2, 24, 76, 14, 1e-6),
        Language = new(32, 2, 4, 2, 8, 48, 320, false, 1e6, 1e-6, 1024),
        Newline = NewlineMode.Grid,
        ActionToken = ActionTokenMode.OneToken,
        ActionHeads = new ActionHeadSizes(3, 5, 7),
        Generation = new GenerationSettings { EndOfSequenceIds = [319] },
    };
}
