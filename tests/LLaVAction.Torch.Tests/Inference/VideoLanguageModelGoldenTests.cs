using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>The torch engine's answers against the reference's.</summary>
public sealed class VideoLanguageModelGoldenTests : VideoLanguageModelGoldens
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
        => TestEngine.Load(checkpointFolder, options);
}
