using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>
/// Whatever is wrong with the inputs of <c>build-benchmark</c>: exit code 2, one message that names the file, the place,
/// what was found and what was expected, and nothing written.
/// </summary>
public sealed class MalformedInputTests
{
    private static readonly Dictionary<string, MalformedInput> Inputs = new[]
    {
        MalformedAnnotations.All,
        MalformedDumps.All,
        MalformedBuilds.All,
    }.SelectMany(static rows => rows).ToDictionary(static row => row.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Inputs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Message_names_file_place_found_and_expected(string name)
    {
        var input = Inputs[name];
        using var folder = new InputFolder();
        input.Spoil(folder);
        var before = Snapshot(folder);

        var result = await CliHost.RunAsync(folder.Build(input.ArgumentsIn(folder)));

        Assert.True(result.ExitCode == 2, $"exit code {result.ExitCode}: {result.Error}{result.Output}");
        Assert.Empty(result.Output);
        Assert.StartsWith("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(input.File.StartsWith('-') ? input.File : folder[input.File], result.Error, StringComparison.Ordinal);
        Assert.All(input.Found.Append(input.Expected), part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(folder));
    }

    [Fact]
    public void There_are_enough_of_each_kind()
    {
        Assert.True(Inputs.Count >= 40);
        Assert.True(MalformedBuilds.All.Count() >= 15);
    }

    private static string[] Snapshot(InputFolder folder) =>
        [.. Directory.GetFileSystemEntries(folder[""], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
