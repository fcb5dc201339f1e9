using LLaVAction.Cli.Tests.Commands;
using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests;

/// <summary>libtorch takes a second and half a gigabyte, so nothing loads it, nor TorchSharp, before the torch engine loads a model.</summary>
public sealed class LoadedLibrariesTests(DemoBenchmark demo) : IClassFixture<DemoBenchmark>
{
    [Fact]
    public async Task Commands_that_do_without_the_torch_engine_load_nothing_of_it()
    {
        var blind = demo["blind"];
        string[][] commands =
        [
            ["--help"],
            ["evaluate-model", "--help"],
            ["verify-benchmark", demo["mqa"]],
            ["show", demo["mqa"], "--limit", "1"],
            ["describe-benchmark", demo["mqa"], "--section", "sets"],
            ["evaluate-model", "--benchmark", demo["mqa"], "--model", Path.Combine(demo.Demo, "tiny-random"), "--control", "blind", "--engine", "cpu", "--limit", "1", "--output", blind],
            ["compare", blind],
        ];
        foreach (var command in commands)
        {
            var libraries = demo[$"libraries-{Array.IndexOf(commands, command)}"];
            var result = await CliProcess.RunAsync(command, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_STARTUP_HOOKS"] = typeof(LoadedLibrariesTests).Assembly.Location,
                [StartupHook.LibrariesFile] = libraries,
            });

            Assert.True(result.ExitCode is 0 or 3, result.Error);
            var loaded = File.ReadAllLines(libraries);
            Assert.Contains("LLaVAction.Core", loaded);
            Assert.DoesNotContain(loaded, static name => name.Contains("torch", StringComparison.OrdinalIgnoreCase) && name != "LLaVAction.Torch");
        }
    }
}
