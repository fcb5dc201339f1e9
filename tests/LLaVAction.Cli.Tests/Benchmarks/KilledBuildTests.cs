using LLaVAction.Cli.Tests.Support;

namespace LLaVAction.Cli.Tests.Benchmarks;

/// <summary>
/// <c>build-benchmark --force</c> over an older benchmark, killed (SIGKILL) at many moments: the folder is the old
/// benchmark, the new one, or one that every command refuses as incomplete.
/// </summary>
public sealed class KilledBuildTests : IDisposable
{
    private const int Sets = 10;
    private readonly InputFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_killed_build_leaves_the_old_the_new_or_a_folder_that_every_command_refuses()
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash");
        await _folder.BuildAsync([.. Strategies(Sets + 3), "--seed", "1", "--output", _folder["old"]]);
        await _folder.BuildAsync([.. Strategies(Sets), "--seed", "2", "--output", _folder["new"]]);
        var seen = new List<string>();
        var moments = new Random(7);
        var isSlow = false;

        // Half of the kills at random, early and late; the others between the moves: the old manifest
        // is gone, and each time more of the set files were moved.
        for (var kill = 0; kill < 14 || (isSlow && kill < 40 && !seen.Contains("incomplete")); kill++)
        {
            isSlow = await ResetAsync();
            var wasKilled = await KillAsync((25 * kill) + moments.Next(100), kill % 2 == 0 ? null : Sets - (kill / 2 % Sets));
            var state = await StateAsync();

            Assert.True(state is "old" or "new" or "incomplete", $"after kill {kill}: {state}");
            seen.Add(wasKilled ? state : "ended before the kill");
        }

        Assert.True(seen.Count(static state => state != "ended before the kill") >= 3, string.Join(", ", seen));
        Assert.Contains("old", seen);
        Assert.True(!isSlow || seen.Contains("incomplete"), string.Join(", ", seen));

        // Whatever was left behind, the next build makes exactly the new benchmark.
        await ResetAsync();
        await KillAsync(0, filesWaiting: Sets);
        await _folder.BuildAsync([.. Strategies(Sets), "--seed", "2", "--force"]);
        Assert.Equal("new", await StateAsync());
    }

    private string[] Strategies(int count) =>
        ["--limit", "2", "--strategy", "random", .. Enumerable.Range(1, count - 1).SelectMany(number => new[] { "--strategy", $"tim{number}={_folder["tim.json"]}" })];

    /// <summary>
    /// Puts the old benchmark back, into a folder whose changes go to the disk one by one, so that the moves take a while.
    /// </summary>
    /// <returns>False where the file system has no such folders; then a kill hits between two moves by luck only.</returns>
    private async Task<bool> ResetAsync()
    {
        if (Directory.Exists(_folder.Output))
        {
            Directory.Delete(_folder.Output, recursive: true);
        }

        Directory.CreateDirectory(_folder.Output);
        foreach (var file in Directory.GetFiles(_folder["old"]))
        {
            File.Copy(file, Path.Combine(_folder.Output, Path.GetFileName(file)));
        }

        return (await Shell.RunAsync($"chattr +D '{_folder.Output}'")).ExitCode == 0;
    }

    /// <summary>Kills the build after a while, or, with a count, once the old manifest is gone and so few files wait to be moved.</summary>
    /// <returns>False when the build ended before the moment came.</returns>
    private async Task<bool> KillAsync(int milliseconds, int? filesWaiting = null)
    {
        using var process = CliProcess.Start(_folder.Build([.. Strategies(Sets), "--seed", "2", "--force"]));
        var streams = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (filesWaiting is { } count)
        {
            while (!process.HasExited && (File.Exists(_folder["mqa/manifest.json"]) || CountWaiting() > count))
            {
                Thread.Yield();
            }
        }
        else
        {
            await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(milliseconds));
        }

        process.Kill();
        await process.WaitForExitAsync();
        await streams;
        return process.ExitCode != 0;
    }

    private int CountWaiting() =>
        Directory.Exists(_folder["mqa/.building"]) ? Directory.GetFiles(_folder["mqa/.building"], "*.jsonl").Length : 0;

    private async Task<string> StateAsync()
    {
        CliResult[] results =
        [
            await CliHost.RunAsync("verify-benchmark", _folder.Output),
            await CliHost.RunAsync("show", _folder.Output),
            await CliHost.RunAsync("describe-benchmark", _folder.Output, "--section", "sets"),
            await CliHost.RunAsync("evaluate-model", "--benchmark", _folder.Output, "--model", _folder["nowhere"], "--videos", _folder[""], "--output", _folder["run"]),
        ];
        if (Array.TrueForAll(results, static result => result.ExitCode == 2 && result.Error.Contains("not a complete benchmark", StringComparison.Ordinal)))
        {
            return "incomplete";
        }

        var isWhole = results[..3].All(static result => result.ExitCode == 0) && results[3].Error.Contains("--videos", StringComparison.Ordinal);
        return isWhole && IsCopyOf("old") ? "old"
            : isWhole && IsCopyOf("new") ? "new"
            : string.Join('\n', results.Select(static result => $"{result.ExitCode} {result.Error}"));
    }

    private bool IsCopyOf(string benchmark)
    {
        var files = Directory.GetFiles(_folder[benchmark]);
        return files.Length == Directory.GetFiles(_folder.Output).Length
            && Array.TrueForAll(files, file => File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_folder.Output, Path.GetFileName(file)))));
    }
}
