using LLaVAction.Models.Engines;
using LLaVAction.Torch.Memory;
using LLaVAction.Torch.Model;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests;

/// <summary>The engine under test.</summary>
internal static class TestStack
{
    /// <summary>The engine.</summary>
    public static TorchEngine Engine { get; } = TorchEngine.Create();

    /// <summary>Options for float32 on the CPU.</summary>
    public static ModelOptions OnCpu(ModelOptions options) => options with { Device = "cpu", Precision = "float32" };

    /// <summary>A model in float32 on the CPU, in batches of a shape.</summary>
    public static TorchVideoLanguageModel Load(string folder, ModelOptions options, BatchShape? shape = null)
        => Engine.LoadModel(folder, OnCpu(options), shape);

    /// <summary>Skips the test where there is no CUDA device.</summary>
    public static void SkipWithoutCuda() => Skip.IfNot(cuda.is_available(), "no CUDA device");
}
