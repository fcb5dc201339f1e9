using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Torch.Tests.Inference;

/// <summary>The goldens of every stage, on a GPU.</summary>
public sealed class CudaStagedModelGoldenTests : StagedModelGoldens
{
    /// <inheritdoc/>
    protected override IStagedModel Load(string checkpointFolder, ModelOptions options)
    {
        TestEngine.SkipWithoutCuda();
        return TestEngine.Engine.LoadStagedModel(checkpointFolder, options with { Device = "cuda:0", Precision = "float32" });
    }
}

/// <summary>The goldens of answers, on a GPU.</summary>
public sealed class CudaVideoLanguageModelGoldenTests : VideoLanguageModelGoldens
{
    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(string checkpointFolder, ModelOptions options)
    {
        TestEngine.SkipWithoutCuda();
        return TestEngine.Engine.LoadModel(checkpointFolder, options with { Device = "cuda:0", Precision = "float32" });
    }
}

/// <summary>What every engine owes, on a GPU.</summary>
public sealed class CudaModelTests : VideoLanguageModelConformance
{
    /// <inheritdoc/>
    protected override double CallTolerance => 1e-5;

    /// <inheritdoc/>
    protected override IVideoLanguageModel Load(CheckpointPath path, ModelOptions options)
    {
        TestEngine.SkipWithoutCuda();
        return TestEngine.Engine.LoadModel(path, options with { Device = "cuda:0", Precision = "float32" });
    }
}
