using System.Text.Json.Serialization;
using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Remote;
using LLaVAction.Torch;

namespace LLaVAction.Cli.Commands;

/// <summary>Which arithmetic runs a model.</summary>
internal enum EngineChoice
{
    Auto,

    Cpu,

    Torch,

    [JsonStringEnumMemberName(RemoteModels.EngineName)]
    OpenAi,
}

/// <summary>The one place that knows the engines; everything else sees <see cref="IEngine"/>.</summary>
internal static class Engines
{
    /// <summary>Every engine.</summary>
    /// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
    public static IReadOnlyList<IEngine> CreateAll(string? libTorchFolder) => [new CpuEngine(), new TorchEngine(libTorchFolder)];

    /// <summary>
    /// The engine of a choice. Auto is torch where the device asks for a GPU, or a GPU is there and a libtorch that could
    /// use it; else cpu.
    /// </summary>
    /// <param name="choice">The choice.</param>
    /// <param name="device">The device asked for: <c>auto</c>, <c>cpu</c> or <c>cuda:N</c>.</param>
    /// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
    /// <exception cref="InputException">The folder of libtorch cannot be used.</exception>
    public static IEngine Create(EngineChoice choice, string device, string? libTorchFolder)
    {
        if (choice == EngineChoice.OpenAi)
        {
            throw new InputException("--engine openai: only evaluate-model asks a service; this command needs the checkpoint itself.");
        }

        var needsTorch = choice == EngineChoice.Torch
            || (choice == EngineChoice.Auto
                && (device.StartsWith("cuda", StringComparison.Ordinal) || (device == "auto" && TorchEngine.FindsGpu(libTorchFolder))));
        return needsTorch ? new TorchEngine(libTorchFolder) : new CpuEngine();
    }
}
