using System.Text.Json;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Commands;

/// <summary><c>doctor --model</c> and <c>show --tokens</c>.</summary>
public sealed class ModelNeedsTests : IDisposable
{
    private static readonly string Demo = Path.Combine(Repository.Root, "data", "demo");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Doctor_tells_what_a_checkpoint_is_and_needs()
    {
        RandomCheckpoint.Write(_folder.FullName, KnownConfigurations.Tiny);

        var result = await CliProcess.RunAsync("doctor", "--model", _folder.FullName, "--frames", "8,500", "--format", "json");

        using var facts = JsonDocument.Parse(result.Output);
        var byName = facts.RootElement.EnumerateArray().ToDictionary(fact => fact.GetProperty("name").GetString()!, StringComparer.Ordinal);
        Assert.Contains("its weights are random", Value("model"), StringComparison.Ordinal);
        Assert.Contains("BF16", Value("model: weights"), StringComparison.Ordinal);
        Assert.Contains("newline grid, action token one_token", Value("model: video tokens"), StringComparison.Ordinal);
        Assert.StartsWith("97 visual tokens", Value("model: 8 frames"), StringComparison.Ordinal);
        Assert.Contains("use fewer frames", Value("model: 500 frames"), StringComparison.Ordinal);
        Assert.False(byName["model: 500 frames"].GetProperty("is_usable").GetBoolean());
        Assert.Equal(3, result.ExitCode);

        string Value(string name) => byName[name].GetProperty("value").GetString()!;
    }

    [Fact]
    public async Task Doctor_says_what_is_wrong_with_a_checkpoint()
    {
        RandomCheckpoint.Write(_folder.FullName, KnownConfigurations.Tiny);
        var weights = _folder["model.safetensors"];
        await using (var stream = File.OpenWrite(weights))
        {
            stream.SetLength(stream.Length - 10);
        }

        var result = await CliProcess.RunAsync("doctor", "--model", _folder.FullName);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("cut short", Assert.Single(result.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_counts_the_tokens_of_a_prompt()
    {
        var annotations = Path.Combine(Demo, "annotations", "EPIC_100_validation.csv");
        var built = await CliProcess.RunAsync("build-benchmark", "--annotations", annotations, "--strategy", "random", "--output", _folder["mqa"]);
        Assert.Equal(0, built.ExitCode);

        var result = await CliProcess.RunAsync("show", _folder["mqa"], "--tokens", "--model", Path.Combine(Demo, "tiny-random"), "--frames", "8,16");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("tokens at 8 frames: 14 before the video + 73 visual + ", result.Output, StringComparison.Ordinal);
        Assert.Contains("tokens at 16 frames: 14 before the video + 145 visual + ", result.Output, StringComparison.Ordinal);
        Assert.Contains("letter ids: A 32, B 33, C 34, D 35, E 36; ", result.Output, StringComparison.Ordinal);

        var without = await CliProcess.RunAsync("show", _folder["mqa"], "--tokens");
        Assert.Equal(2, without.ExitCode);
        Assert.Contains("--model", Assert.Single(without.ErrorLines), StringComparison.Ordinal);
    }
}
