using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>The torch engine's stages against the reference's.</summary>
public sealed class StagedModelGoldenTests : StagedModelGoldens
{
    /// <inheritdoc/>
    protected override IStagedModel Load(string checkpointFolder, ModelOptions options)
        => TestEngine.Engine.LoadStagedModel(checkpointFolder, TestEngine.OnCpu(options));
}
