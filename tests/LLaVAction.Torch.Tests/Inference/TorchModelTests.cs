using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>What every engine owes.</summary>
public sealed class TorchModelTests : VideoLanguageModelConformance
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(CheckpointPath path, ModelOptions options)
        => TestEngine.Load(path, options);
}
