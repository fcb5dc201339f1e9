using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>The cpu engine's stages against the reference's.</summary>
public sealed class StagedModelGoldenTests : StagedModelGoldens
{
    /// <inheritdoc/>
    protected override IStagedModel Load(string checkpointFolder, ModelOptions options)
        => new CpuEngine().LoadStagedModel(checkpointFolder, options);
}
