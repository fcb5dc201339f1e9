using System.Runtime.InteropServices;

namespace LLaVAction.Torch.Devices;

/// <summary>
/// Finds libtorch where the tool does not carry it: in the folder that <c>LIBTORCH</c> names. Libraries are opened by their
/// paths before TorchSharp asks for them by name; the loader then takes those.
/// </summary>
internal static class LibTorch
{
    private static readonly string[] Names = ["libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so"];

    /// <summary>Opens the named folder's libraries, once.</summary>
    public static void Load() => _ = Loaded.Value;

    private static readonly Lazy<bool> Loaded = new(static () =>
    {
        if (Environment.GetEnvironmentVariable("LIBTORCH") is not { Length: > 0 } folder)
        {
            return false;
        }

        foreach (var path in Names.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            NativeLibrary.Load(path);
        }

        return true;
    });
}
