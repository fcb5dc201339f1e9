using System.ComponentModel;
using System.Diagnostics;
using LLaVAction.Models.Engines;

namespace LLaVAction.Cli.Commands;

/// <summary>Asks an external program for its version.</summary>
internal static class ToolProbe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<EngineFact> InspectAsync(string name, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(name, ["-version"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            process.Start();
            process.StandardInput.Close();
            var firstLine = await process.StandardOutput.ReadLineAsync(timeout.Token);
            return firstLine is null ? NotUsable(name, "it printed nothing") : new EngineFact(name, firstLine);
        }
        catch (Win32Exception)
        {
            return NotUsable(name, "not found");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NotUsable(name, "no answer within 10 s");
        }
        finally
        {
            End(process);
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It never started.
        }
    }

    private static EngineFact NotUsable(string name, string why)
    {
        var how = OperatingSystem.IsMacOS() ? "brew install ffmpeg"
            : OperatingSystem.IsWindows() ? "winget install ffmpeg"
            : "apt-get install ffmpeg";
        return new EngineFact(name, $"{why}; needed to read videos. Install it: {how}", IsUsable: false);
    }
}
