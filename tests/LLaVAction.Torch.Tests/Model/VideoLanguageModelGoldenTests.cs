using LLaVAction.Models.Engines;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Model;

/// <summary>The torch stack's answers against the reference's.</summary>
public sealed class VideoLanguageModelGoldenTests : VideoLanguageModelGoldens
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
        => TestStack.Load(checkpointFolder, options);
}
