using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using LLaVAction.Models.Engines;
using LLaVAction.Video.Ffmpeg;
using TorchSharp;

namespace LLaVAction.Torch.Devices;

/// <summary>What <c>doctor</c> tells of the torch stack. Loads libtorch; never fails.</summary>
internal static class StackInspection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Build, library, devices and their memory, and what is missing.</summary>
    public static IReadOnlyList<EngineFact> Facts()
    {
        var stack = BuiltFor();
        var facts = new List<EngineFact>
        {
            new("build", $"{stack}, TorchSharp {typeof(torch).Assembly.GetName().Version?.ToString(3)}"),
        };
        bool hasCuda;
        try
        {
            hasCuda = torch.cuda.is_available();
            facts.Add(new EngineFact(
                "libtorch",
                string.Create(CultureInfo.InvariantCulture, $"{LibraryVersion()}, {torch.get_num_threads()} threads on the CPU")));
        }
        catch (Exception failure)
        {
            // What a missing or unfit library throws has no common type.
            facts.Add(new EngineFact(
                "libtorch",
                $"cannot be loaded: {FirstSentence(failure)}. Publish anew with 'dotnet publish src/LLaVAction.Cli -p:Stack={stack}' for this system, and run it from that folder (docs/gpu.md).",
                IsUsable: false));
            return facts;
        }

        var driver = Driver();
        if (hasCuda)
        {
            var memory = driver.IsUsable ? driver.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            for (var i = 0; i < torch.cuda.device_count(); i++)
            {
                facts.Add(new EngineFact(string.Create(CultureInfo.InvariantCulture, $"cuda:{i}"), i < memory.Length ? memory[i] : "usable"));
            }
        }
        else if (stack == "torch-cuda")
        {
            facts.Add(new EngineFact("cuda", $"no GPU can be used: {Missing(driver)}", IsUsable: false));
        }
        else
        {
            facts.Add(new EngineFact("cuda", "not in this build (-p:Stack=torch-cuda has it)"));
        }

        facts.Add(new EngineFact("cpu", "float32"));
        return facts;
    }

    private static string Missing(EngineFact driver) => driver.IsUsable
        ? $"the driver sees '{driver.Value.ReplaceLineEndings(" | ")}', and libtorch does not. Is CUDA_VISIBLE_DEVICES empty, or the driver older than CUDA 12.8 needs (570)?"
        : $"{driver.Value} Install the NVIDIA driver, or start the container with the GPU (docker run --gpus all, apptainer --nv).";

    private static string BuiltFor() =>
        typeof(StackInspection).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(static data => data.Key == "Stack")?.Value ?? "managed";

    /// <summary>
    /// Asks the library itself: <c>torch.__version__</c> is what TorchSharp was made for. Releases from 2.9 on have the
    /// function, with one byte each for major, minor and patch.
    /// </summary>
    private static string LibraryVersion()
    {
        if (!NativeLibrary.TryLoad("libtorch_cpu", typeof(torch).Assembly, searchPath: null, out var library)
            && !NativeLibrary.TryLoad("torch_cpu", typeof(torch).Assembly, searchPath: null, out library))
        {
            return "of unknown version";
        }

        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function))
        {
            return "older than 2.9";
        }

        var version = Marshal.GetDelegateForFunctionPointer<VersionFunction>(function)();
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 56}.{(version >> 48) & 0xFF}.{(version >> 40) & 0xFF}");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong VersionFunction();

    /// <summary>One line per GPU from the driver's own tool; not usable where there is no driver.</summary>
    private static EngineFact Driver()
    {
        try
        {
            var program = new ProcessStartInfo("nvidia-smi", ["--query-gpu=name,memory.free,memory.total,driver_version", "--format=csv,noheader"]);
            var (output, exitCode) = ChildProcess
                .RunAsync(program, Patience, FfmpegTools.ReadTextAsync, new ErrorLines(), writeInput: null, CancellationToken.None)
                .GetAwaiter().GetResult();
            return exitCode == 0 && output.Length > 0
                ? new EngineFact("driver", string.Join('\n', output.Split('\n').Select(Describe)))
                : new EngineFact("driver", "nvidia-smi finds no GPU.", IsUsable: false);
        }
        catch (Exception failure) when (failure is InputException or Win32Exception or TimeoutException or IOException or InvalidDataException)
        {
            return new EngineFact("driver", "there is no nvidia-smi.", IsUsable: false);
        }
    }

    private static string Describe(string line) => line.Split(", ") is [var name, var free, var total, var driver]
        ? $"{name}, {free} of {total} free, driver {driver}"
        : line;

    private static string FirstSentence(Exception failure) =>
        ((failure as TypeInitializationException)?.InnerException ?? failure).Message.Split('\n')[0].Split(". ")[0].TrimEnd('.', '\r');
}
