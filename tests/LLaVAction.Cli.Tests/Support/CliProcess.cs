using System.Diagnostics;

namespace LLaVAction.Cli.Tests.Support;

/// <summary>What a whole run of the tool left behind.</summary>
public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Non-empty lines of stderr.</summary>
    public IReadOnlyList<string> ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>
/// Runs the built <c>llavaction</c> as a process of its own: stdin closed, none of the caller's <c>LLAVACTION_</c>
/// variables, output captured, killed after a timeout.
/// </summary>
public static class CliProcess
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The tool as it was built for the tests.</summary>
    public static string ToolPath { get; } = Path.Combine(AppContext.BaseDirectory, "llavaction.dll");

    /// <summary>Runs with arguments alone.</summary>
    public static Task<CliResult> RunAsync(params string[] arguments) => RunAsync(arguments, environment: null);

    /// <summary>Runs with arguments, environment and working directory.</summary>
    public static async Task<CliResult> RunAsync(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment,
        string? workingDirectory = null,
        TimeSpan? timeout = null)
    {
        using var process = Start(arguments, environment, workingDirectory);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(timeout ?? DefaultTimeout);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException exception)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"llavaction {string.Join(' ', arguments)} did not end in time. stderr so far: {await error}", exception);
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts the tool and leaves it running; for signals and kills.</summary>
    public static Process Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo("dotnet", [ToolPath, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("LLAVACTION_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
