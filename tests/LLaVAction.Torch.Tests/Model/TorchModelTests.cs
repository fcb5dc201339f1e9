using LLaVAction.Models.Engines;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Model;

/// <summary>What every stack owes.</summary>
public sealed class TorchModelTests : VideoLanguageModelConformance
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
        => TestStack.Load(checkpointFolder, options);
}
