using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace LLaVAction.Torch.Native;

/// <summary>A GPU as its driver sees it.</summary>
/// <param name="Name">The product's name.</param>
/// <param name="TotalBytes">All of its memory.</param>
/// <param name="FreeBytes">What is not in use by anyone; null where the driver would not tell.</param>
internal sealed record Gpu(string Name, long TotalBytes, long? FreeBytes);

/// <summary>What the NVIDIA driver tells, asked without libtorch: CUDA's driver interface, which comes with the driver.</summary>
internal static class NvidiaDriver
{
    private const string Library = "cuda";
    private const int NameBytes = 256;

    static NvidiaDriver() => NativeLibrary.SetDllImportResolver(typeof(NvidiaDriver).Assembly, Resolve);

    // How many GPUs can be used, as 'CUDA_VISIBLE_DEVICES' has it; null where there is no driver.
    public static int? CountGpus()
    {
        try
        {
            return cuInit(0) == 0 && cuDeviceGetCount(out var count) == 0 ? count : 0;
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    // The version of CUDA that the driver can run, 12.8; null where there is no driver.
    public static string? CudaVersion()
    {
        try
        {
            return cuDriverGetVersion(out var version) == 0
                ? string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}")
                : null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    // A GPU, counted from 0; null where there is none of that number.
    public static Gpu? Of(int index)
    {
        var name = new byte[NameBytes];
        return index < CountGpus() && cuDeviceGet(out var device, index) == 0 && cuDeviceGetName(name, NameBytes, device) == 0 && cuDeviceTotalMem(out var total, device) == 0
            ? new Gpu(Encoding.UTF8.GetString(name.AsSpan(0, Array.IndexOf(name, (byte)0))), (long)total, FreeBytes(device))
            : null;
    }

    private static long? FreeBytes(int device)
    {
        if (cuDevicePrimaryCtxRetain(out var context, device) != 0)
        {
            return null;
        }

        try
        {
            return cuCtxSetCurrent(context) == 0 && cuMemGetInfo(out var free, out _) == 0 ? (long)free : null;
        }
        finally
        {
            _ = cuDevicePrimaryCtxRelease(device);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Library && NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out var handle) ? handle : 0;

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuInit(uint flags);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuDriverGetVersion(out int version);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuDeviceGetCount(out int count);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuDeviceGet(out int device, int ordinal);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuDeviceGetName([Out] byte[] name, int length, int device);

    [DllImport(Library, EntryPoint = "cuDeviceTotalMem_v2", ExactSpelling = true)]
    private static extern int cuDeviceTotalMem(out nuint bytes, int device);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuDevicePrimaryCtxRetain(out nint context, int device);

    [DllImport(Library, EntryPoint = "cuDevicePrimaryCtxRelease_v2", ExactSpelling = true)]
    private static extern int cuDevicePrimaryCtxRelease(int device);

    [DllImport(Library, ExactSpelling = true)]
    private static extern int cuCtxSetCurrent(nint context);

    [DllImport(Library, EntryPoint = "cuMemGetInfo_v2", ExactSpelling = true)]
    private static extern int cuMemGetInfo(out nuint free, out nuint total);
}
