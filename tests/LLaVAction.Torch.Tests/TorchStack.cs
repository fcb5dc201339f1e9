using LLaVAction.Embedded;
using LLaVAction.Embedded.Tokenization;

namespace LLaVAction.Torch.Tests;

/// <summary>The engine under test.</summary>
internal static class TorchStack
{
    /// <summary>A new engine.</summary>
    public static TorchEngine Engine { get; } = new(ByteLevelBpeTokenizer.Open, new EmbeddedEngine().OpenVideos);
}
