using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>All classes as texts on the cpu engine.</summary>
public sealed class ActionTextTests : ActionTextConformance
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string folder) => new CpuEngine().LoadModel(folder, new ModelOptions { Threads = 2 });

    /// <inheritdoc/>
    protected override IStagedModel LoadStaged(string folder) => new CpuEngine().LoadStagedModel(folder, new ModelOptions { Threads = 2 });
}
