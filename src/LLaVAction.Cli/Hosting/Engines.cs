using LLaVAction.Cpu;
using LLaVAction.Models.Engines;
using LLaVAction.Torch;

namespace LLaVAction.Cli.Hosting;

/// <summary>The one place that knows the engines; everything else sees <see cref="IEngine"/>.</summary>
internal static class Engines
{
    /// <summary>The option that chooses an engine.</summary>
    public static System.CommandLine.Option<string> CreateOption() => Configuration.OptionFactory.Choice(
        "--engine", "What runs the model: torch needs libtorch and is for GPUs, cpu needs nothing. auto: torch where both are there.", "auto", "auto", "cpu", "torch", "embedded");

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => ["cpu", "torch"];

    /// <summary>One of each.</summary>
    /// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
    public static IReadOnlyList<IEngine> CreateAll(string? libTorchFolder) => [new CpuEngine(), TorchEngine.Create(libTorchFolder)];

    /// <summary>
    /// The engine of a name. <c>auto</c> is torch where a GPU is there and a libtorch that could use it, or where the device
    /// asks for one; else cpu.
    /// </summary>
    /// <param name="name"><c>auto</c>, <c>cpu</c> or <c>torch</c>; <c>embedded</c> is the old name of cpu.</param>
    /// <param name="device">The device asked for.</param>
    /// <param name="libTorchFolder">The folder of libtorch that the user named; null for the first that is found.</param>
    /// <exception cref="InputException">There is no engine of that name, or the folder cannot be used.</exception>
    public static IEngine Create(string name, string device, string? libTorchFolder) => name switch
    {
        "cpu" or "embedded" => new CpuEngine(),
        "torch" => TorchEngine.Create(libTorchFolder),
        "auto" when device.StartsWith("cuda", StringComparison.Ordinal) || (device == "auto" && TorchEngine.FindsGpu(libTorchFolder)) => TorchEngine.Create(libTorchFolder),
        "auto" => new CpuEngine(),
        _ => throw new InputException($"--engine {name}: expected auto, {string.Join(" or ", Names)}."),
    };
}
