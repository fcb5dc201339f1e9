using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>All classes as texts on the torch engine.</summary>
public sealed class ActionTextTests : ActionTextConformance
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string folder) => TestEngine.Load(folder, new ModelOptions());

    /// <inheritdoc/>
    protected override IStagedModel LoadStaged(string folder) => TestEngine.Engine.LoadStagedModel(folder, TestEngine.OnCpu(new ModelOptions()));
}
