using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>The cpu engine's answers against the reference's.</summary>
public sealed class VideoLanguageModelGoldenTests : VideoLanguageModelGoldens
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
        => new CpuEngine().LoadModel(checkpointFolder, options);
}
