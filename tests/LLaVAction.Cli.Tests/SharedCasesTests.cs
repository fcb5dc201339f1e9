using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests;

/// <summary>Small inputs that other people's tools and attackers produce, as whole processes, where the folder beside the repository has them.</summary>
public sealed class SharedCasesTests
{
    private static readonly string Cases = Path.Combine(Repository.Root, "..", "shared", "cases");

    [SkippableTheory]
    [InlineData("hostile/y-argument.yaml")]
    [InlineData("hostile/y-invalidop.yaml")]
    public async Task Hostile_yaml_is_bad_input(string name)
    {
        foreach (var command in (string[][])[["doctor", "--config", Case(name)], ["study", Case(name)]])
        {
            var result = await CliProcess.RunAsync(command);

            Assert.True(result.ExitCode == 2, result.Error);
            Assert.Contains(Path.GetFileName(name), result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Escapes_of_a_field_reach_no_terminal()
    {
        using var folder = new TemporaryFolder();

        var result = await CliProcess.RunAsync("build-benchmark", "--annotations", Case("hostile/esc.csv"), "--strategy", "random", "-o", folder["mqa"]);

        Assert.DoesNotContain('\u001b', result.Output + result.Error);
        Assert.Equal(2, result.ExitCode);
    }

    [SkippableFact]
    public async Task Ids_with_a_header_and_quotes_are_read()
    {
        using var folder = new TemporaryFolder();
        var annotations = Path.Combine(Repository.Root, "data", "demo", "annotations", "EPIC_100_validation.csv");

        var result = await CliProcess.RunAsync("build-benchmark", "--annotations", annotations, "--ids", Case("ids_quoted.csv"), "--strategy", "random", "-o", folder["mqa"]);

        Assert.True(result.ExitCode == 0, result.Error);
    }

    [SkippableFact]
    public async Task An_adapter_given_as_a_model_says_whose_it_is_and_what_to_do()
    {
        var folder = Path.GetDirectoryName(Case("m_lora/adapter_config.json"))!;

        var result = await CliProcess.RunAsync("doctor", "--model", folder);

        Assert.True(result.ExitCode == 2, result.Error);
        Assert.Contains("is a LoRA adapter of lmms-lab/llava-onevision-qwen2-0.5b-ov", result.Error, StringComparison.Ordinal);
        Assert.Contains("hf download lmms-lab/llava-onevision-qwen2-0.5b-ov", result.Error, StringComparison.Ordinal);
        Assert.Contains("--base-model", result.Error, StringComparison.Ordinal);
    }

    private static string Case(string name)
    {
        var path = Path.Combine(Cases, name);
        Skip.IfNot(File.Exists(path), $"{path} is not there.");
        return path;
    }
}
