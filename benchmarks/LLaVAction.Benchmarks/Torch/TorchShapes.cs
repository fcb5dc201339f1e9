using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Benchmarks.Torch;

/// <summary>The published shapes.</summary>
internal static class TorchShapes
{
    private static readonly VisionConfiguration So400m = new(1152, 26, 16, 4304, 384, 14, 1e-6);

    /// <summary><c>0.5b</c> (LLaVA-OneVision 0.5B) or <c>7b</c> (LLaVA-Video 7B).</summary>
    public static ModelConfiguration Of(string name) => name switch
    {
        "0.5b" => new ModelConfiguration
        {
            Format = CheckpointFormat.Original,
            Vision = So400m,
            Language = new(896, 24, 14, 2, 64, 4864, 151936, true, 1e6, 1e-6, 32768),
        },
        "7b" => new ModelConfiguration
        {
            Format = CheckpointFormat.Original,
            Vision = So400m,
            Language = new(3584, 28, 28, 4, 128, 18944, 152064, false, 1e6, 1e-6, 32768),
            Newline = NewlineMode.Grid,
        },
        _ => throw new ArgumentException($"'{name}': expected 0.5b or 7b.", nameof(name)),
    };
}
