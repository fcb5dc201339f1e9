using LLaVAction.Models.Ports;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Embedded.Tests.Model;

/// <summary>The embedded stack's answers against the reference's.</summary>
public sealed class VideoLanguageModelGoldenTests : VideoLanguageModelGoldens
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
        => new EmbeddedEngine().LoadModel(checkpointFolder, options);
}
