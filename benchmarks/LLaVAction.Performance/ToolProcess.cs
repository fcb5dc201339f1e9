using System.Diagnostics;

namespace LLaVAction.Performance;

/// <summary>What a whole process took.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Seconds">Time from its start to its end.</param>
/// <param name="Bytes">The most memory it had, as it was seen every few milliseconds.</param>
internal sealed record Cost(int ExitCode, double Seconds, long Bytes);

/// <summary>Runs the tool as a process of its own.</summary>
internal static class ToolProcess
{
    /// <summary>Runs a command; its output is thrown away.</summary>
    /// <param name="tool">A published executable, or <c>llavaction.dll</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Cost Measure(string tool, params string[] arguments)
    {
        var isLibrary = tool.EndsWith(".dll", StringComparison.Ordinal);
        var info = new ProcessStartInfo(isLibrary ? "dotnet" : tool, isLibrary ? [tool, .. arguments] : arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"'{tool}' did not start.");
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var error = process.StandardError.ReadToEndAsync();
        long bytes = 0;
        while (!process.WaitForExit(5))
        {
            try
            {
                process.Refresh();
                bytes = Math.Max(bytes, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                // It ended meanwhile.
            }
        }

        var cost = new Cost(process.ExitCode, Stopwatch.GetElapsedTime(start).TotalSeconds, bytes);
        if (cost.ExitCode != 0)
        {
            Console.Error.WriteLine(error.GetAwaiter().GetResult());
        }

        return cost;
    }
}
