using System.Diagnostics;
using System.Globalization;
using LLaVAction.Cli.Hosting;
using LLaVAction.Runs;

namespace LLaVAction.Cli.Evaluation;

/// <summary>
/// Runs one evaluation on several devices: a process per device, each with a part of this process's part, all into one
/// run. They share nothing but the folder; a device that fails leaves the others at work.
/// </summary>
internal sealed class DeviceWorkers(CommandContext context)
{
    private const string VariablePrefix = "LLAVACTION_EVALUATE_MODEL_";
    private static readonly string[] OwnOptions = ["device", "shard", "submission"];

    /// <summary>The part of device <paramref name="device"/> (from 0) within a part: together they are that part.</summary>
    public static Shard PartOf(Shard shard, int device, int devices) =>
        new(shard.Index + (device * shard.Count), shard.Count * devices);

    /// <summary>Starts the workers and waits for all of them.</summary>
    /// <returns>The exit code of the worst of them.</returns>
    /// <exception cref="OperationCanceledException">The user interrupted; the workers were stopped, and what is done is kept.</exception>
    public async Task<int> RunAsync(EvaluationArguments arguments, IReadOnlyList<string> devices)
    {
        var workers = devices.Select((device, i) => Start(device, PartOf(arguments.Shard, i, devices.Count))).ToList();
        try
        {
            await Task.WhenAll(workers.Select(worker => worker.WaitForExitAsync(context.CancellationToken)));
            for (var i = 0; i < devices.Count; i++)
            {
                context.Log.Information("{Device}: part {Part} ended with exit code {Code}.", devices[i], PartOf(arguments.Shard, i, devices.Count), workers[i].ExitCode);
            }

            return workers.Select(worker => worker.ExitCode).MaxBy(Severity);
        }
        finally
        {
            foreach (var worker in workers)
            {
                // Every line written is safe, so a worker may be ended at any moment.
                if (!worker.HasExited)
                {
                    worker.Kill(entireProcessTree: true);
                }

                worker.Dispose();
            }
        }
    }

    private static int Severity(int exitCode) => exitCode switch
    {
        ExitCode.Done => 0,
        ExitCode.Incomplete => 1,
        ExitCode.Interrupted => 2,
        ExitCode.BadInput => 3,
        _ => 4,
    };

    private Process Start(string device, Shard part)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var argument in CommandLine(device, part))
        {
            start.ArgumentList.Add(argument);
        }

        // What the environment says is in the line already, or was overruled.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith(VariablePrefix, StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        context.Log.Information("{Device}: process {Id} does part {Part}.", device, process.Id, part);
        return process;
    }

    private IEnumerable<string> CommandLine(string device, Shard part)
    {
        // Started as 'dotnet llavaction.dll', the process is dotnet and needs the tool named again.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            yield return Path.Combine(AppContext.BaseDirectory, "llavaction.dll");
        }

        yield return context.Configuration.Command;
        foreach (var option in context.Configuration.Options.Where(option => !OwnOptions.Contains(option.Name, StringComparer.Ordinal)))
        {
            foreach (var value in option.Values)
            {
                yield return $"--{option.Name}={value}";
            }
        }

        if (context.LibTorchFolder is { } folder)
        {
            yield return $"--libtorch={folder}";
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"--device={device}");
        yield return string.Create(CultureInfo.InvariantCulture, $"--shard={part}");
    }
}
