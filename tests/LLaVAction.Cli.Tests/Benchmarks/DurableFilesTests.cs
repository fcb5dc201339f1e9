using System.Text.RegularExpressions;
using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>What is on the disk when, by the system calls of a whole process: a file before it is renamed, its folder before success.</summary>
public sealed partial class DurableFilesTests : IDisposable
{
    private readonly InputFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_set_is_on_the_disk_before_success_is_reported()
    {
        Skip.IfNot(File.Exists("/usr/bin/strace"), "needs strace");
        var build = await TraceAsync(_folder.Build("--strategy", "random"));
        Skip.If(build.Length == 0, "strace may not attach here");

        // All sets, then the folder's names, then the manifest, then the names again.
        AssertDurable(build, _folder.Output);
        var manifest = Array.FindIndex(build, call => call.StartsWith("rename", StringComparison.Ordinal) && call.EndsWith("manifest.json", StringComparison.Ordinal));
        var set = Array.FindIndex(build, call => call.StartsWith("rename", StringComparison.Ordinal) && call.EndsWith("random.jsonl", StringComparison.Ordinal));
        Assert.InRange(set, 0, manifest);
        Assert.Contains($"fsync {_folder.Output}", build[set..manifest]);
    }

    // Each file renamed into a folder was synced under its earlier name, and the folder after the last of them.
    private static void AssertDurable(string[] calls, string folder)
    {
        var renames = calls.Index().Where(call => call.Item.StartsWith("rename ", StringComparison.Ordinal) && call.Item.Contains(folder, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(renames);
        foreach (var (place, call) in renames)
        {
            Assert.Contains($"fsync {call.Split(' ')[1]}", calls[..place]);
        }

        Assert.Contains($"fsync {folder}", calls[(renames[^1].Index + 1)..]);
    }

    // The calls in order, as "fsync PATH" and "rename FROM TO".
    private async Task<string[]> TraceAsync(string[] arguments)
    {
        var log = _folder["strace.txt"];
        var command = string.Join(' ', arguments.Prepend(CliProcess.ToolPath).Select(static argument => $"'{argument}'"));
        var result = await Shell.RunAsync($"strace -f -qq -y -e trace=fsync,fdatasync,rename,renameat,renameat2 -o '{log}' dotnet {command}");
        return result.ExitCode != 0 && result.Error.Contains("ptrace", StringComparison.OrdinalIgnoreCase) ? []
            : [.. File.ReadLines(log).Select(Call).Where(static call => call.Length > 0)];
    }

    private static string Call(string line) =>
        Sync().Match(line) is { Success: true } sync ? $"fsync {sync.Groups["path"].Value}"
        : Rename().Match(line) is { Success: true } rename ? $"rename {rename.Groups["from"].Value} {rename.Groups["to"].Value}"
        : "";

    [GeneratedRegex(@"f(?:data)?sync\(\d+<(?<path>[^>]+)>")]
    private static partial Regex Sync();

    [GeneratedRegex(@"rename(?:at2?)?\((?:[^""]*)""(?<from>[^""]+)"", (?:[^""]*)""(?<to>[^""]+)""")]
    private static partial Regex Rename();
}
