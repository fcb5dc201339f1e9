using System.Globalization;
using LLaVAction.Models.Engines;
using TorchSharp;

namespace LLaVAction.Torch.Native;

/// <summary>What <c>doctor</c> says of the torch engine: the same facts, in the same words, that loading a model would fail with.</summary>
internal static class TorchInspection
{
    /// <summary>The library, devices and their memory, and what is lacking. Loads libtorch; never fails.</summary>
    /// <param name="option">The value of <c>--libtorch</c>; null where it was not given.</param>
    public static IReadOnlyList<EngineFact> Facts(string? option)
    {
        var facts = new List<EngineFact> { new("TorchSharp", typeof(torch).Assembly.GetName().Version!.ToString(3)) };
        LoadedLibTorch library;
        try
        {
            // A machine without a libtorch lacks nothing: the cpu engine needs none.
            if (LibTorchSearch.OfThisProcess(option).Find().Problem is { } problem)
            {
                facts.Add(new EngineFact("libtorch", problem, IsUsable: null));
                return facts;
            }

            library = LibTorch.Load(option);
        }
        catch (InputException failure)
        {
            facts.Add(new EngineFact("libtorch", failure.Message, IsUsable: false));
            return facts;
        }

        facts.Add(new EngineFact("libtorch", string.Create(CultureInfo.InvariantCulture, $"{library.Version}, {library.Folder.Origin}: {library.Folder.Path}")));
        facts.Add(new EngineFact("cpu", string.Create(CultureInfo.InvariantCulture, $"float32, bfloat16, float16; {torch.get_num_threads()} threads")));
        if (CudaFault.Of(library) is { } fault)
        {
            // Without a GPU there is nothing to mend, unless the library was chosen for one.
            facts.Add(new EngineFact("cuda", fault, IsUsable: library.Folder.HasCuda ? false : null));
            return facts;
        }

        for (var i = 0; i < torch.cuda.device_count(); i++)
        {
            facts.Add(new EngineFact(string.Create(CultureInfo.InvariantCulture, $"cuda:{i}"), Describe(NvidiaDriver.Of(i))));
        }

        return facts;
    }

    private static string Describe(Gpu? gpu) => gpu is null ? "usable" : string.Create(
        CultureInfo.InvariantCulture,
        $"{gpu.Name}, {Gigabytes(gpu.TotalBytes)}{(gpu.FreeBytes is { } free ? $", {Gigabytes(free)} free" : "")}; driver for CUDA {NvidiaDriver.CudaVersion()}");

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");
}
