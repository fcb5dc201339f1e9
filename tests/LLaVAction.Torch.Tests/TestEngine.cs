using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests;

/// <summary>The engine under test. Whatever touches TorchSharp calls <see cref="Require"/> first.</summary>
internal static class TestEngine
{
    private static readonly Lazy<TorchEngine> Created = new(static () => new TorchEngine(null));

    /// <summary>The engine; where it cannot run, the test is skipped with the reason.</summary>
    public static TorchEngine Engine
    {
        get
        {
            Require();
            return Created.Value;
        }
    }

    /// <summary>Loads libtorch; where there is none for this platform, the test is skipped with the reason.</summary>
    public static LoadedLibTorch Require()
    {
        var finding = LibTorchSearch.OfThisProcess(null).Find();
        Skip.If(finding.Folder is null, finding.Problem);
        return LibTorch.Load(null);
    }

    /// <summary>Options for float32 on the CPU.</summary>
    public static ModelOptions OnCpu(ModelOptions options) => options with { Device = "cpu", Precision = "float32" };

    /// <summary>A model in float32 on the CPU, in batches of a shape.</summary>
    public static TorchVideoLanguageModel Load(CheckpointPath folder, ModelOptions options, BatchShape? shape = null)
        => Engine.LoadModel(folder, OnCpu(options), shape);

    /// <summary>Skips the test where there is no CUDA device.</summary>
    public static void SkipWithoutCuda()
    {
        Require();
        Skip.IfNot(cuda.is_available(), "no CUDA device");
    }
}
