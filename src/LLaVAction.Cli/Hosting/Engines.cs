using LLaVAction.Cpu;
using LLaVAction.Models.Engines;

namespace LLaVAction.Cli.Hosting;

/// <summary>The one place that knows which engines are compiled in; everything else sees <see cref="IEngine"/>.</summary>
internal static class Engines
{
    private static readonly IReadOnlyList<(string Name, Func<IEngine> Create)> Compiled =
    [
        ("torch", Torch.TorchEngine.Create),
        ("embedded", () => new CpuEngine()),
    ];

    /// <summary>Names of the engines compiled in, the preferred one first.</summary>
    public static IReadOnlyList<string> CompiledNames => [.. Compiled.Select(engine => engine.Name)];

    /// <summary>One of each engine compiled in.</summary>
    public static IReadOnlyList<IEngine> CreateAll() => [.. Compiled.Select(engine => engine.Create())];

    /// <summary>The engine of a name; <c>auto</c> is the one that runs everywhere.</summary>
    /// <exception cref="InputException">This build has no engine of that name.</exception>
    public static IEngine Create(string name)
    {
        var index = string.Equals(name, "auto", StringComparison.Ordinal) ? Compiled.Count - 1 : CompiledNames.ToList().IndexOf(name);
        return index >= 0 && index < Compiled.Count
            ? Compiled[index].Create()
            : throw new InputException(
                $"--engine {name}: this build has {(Compiled.Count == 0 ? "no engine" : string.Join(", ", CompiledNames))}. The torch engine is compiled with 'dotnet build -p:Stack=torch-cuda' (or torch-cpu).");
    }
}
