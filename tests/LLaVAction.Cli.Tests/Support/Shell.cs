using System.Diagnostics;

namespace LLaVAction.Cli.Tests.Support;

/// <summary>Runs a line of bash.</summary>
public static class Shell
{
    /// <summary>True where bash is there to run it.</summary>
    public static bool IsAvailable { get; } = !OperatingSystem.IsWindows() && File.Exists("/bin/bash");

    /// <summary>Runs the line with <c>pipefail</c>.</summary>
    public static async Task<CliResult> RunAsync(string line, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("/bin/bash", ["-o", "pipefail", "-c", line])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            process.StartInfo.Environment[name] = value;
        }

        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, await output, await error);
    }
}
