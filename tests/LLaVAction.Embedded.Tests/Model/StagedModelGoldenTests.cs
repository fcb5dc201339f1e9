using LLaVAction.Models.Ports;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Embedded.Tests.Model;

/// <summary>The embedded stack's stages against the reference's.</summary>
public sealed class StagedModelGoldenTests : StagedModelGoldens
{
    /// <inheritdoc/>
    protected override IStagedModel Load(string checkpointFolder, ModelOptions options)
        => new EmbeddedEngine().LoadStagedModel(checkpointFolder, options);
}
