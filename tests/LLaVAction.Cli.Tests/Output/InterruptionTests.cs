using System.Diagnostics;
using LLaVAction.Cli.Tests.Support;
using LLaVAction.Testing;

namespace LLaVAction.Cli.Tests.Output;

public sealed class InterruptionTests
{
    [SkippableTheory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_the_command_with_exit_code_130_and_leaves_no_child_behind(string signal)
    {
        Skip.IfNot(Shell.IsAvailable, "needs bash and POSIX signals");
        using var folder = new TemporaryFolder();
        var started = folder["started"];

        // An ffmpeg that never answers keeps doctor waiting.
        var ffmpeg = folder.Write("ffmpeg", $"#!/bin/bash\necho $$ > {started}.tmp; mv {started}.tmp {started}; exec sleep 300\n");
        await Shell.RunAsync($"chmod +x {ffmpeg}");
        var environment = new Dictionary<string, string> { ["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}" };
        using var process = CliProcess.Start(["doctor"], environment);
        var error = process.StandardError.ReadToEndAsync();
        await WaitForAsync(() => File.Exists(started));

        await Shell.RunAsync($"kill -{signal} {process.Id}");
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(130, process.ExitCode);
        Assert.Contains("the work done so far is kept", await error, StringComparison.Ordinal);
        var child = int.Parse(await File.ReadAllTextAsync(started), System.Globalization.CultureInfo.InvariantCulture);
        await WaitForAsync(() => !IsRunning(child));
    }

    private static bool IsRunning(int id)
    {
        // A killed child that nobody has waited for is a zombie; that counts as gone.
        var status = $"/proc/{id}/stat";
        return File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "did not happen within 30 s");
            await Task.Delay(20);
        }
    }
}
