using System.Runtime.InteropServices;

namespace LLaVAction.Torch.Devices;

/// <summary>How much memory a device has. TorchSharp cannot tell that of a GPU; its driver can.</summary>
internal static partial class DeviceMemory
{
    private const string Driver = "libcuda.so.1";

    /// <summary>All bytes of a device: of a GPU by its driver, of the host under its limits; null where they cannot be told.</summary>
    public static long? TotalBytes(ComputeDevice device)
        => device.IsCuda ? OfCuda(device.Device.index) : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>All bytes of a CUDA device, counted as <c>CUDA_VISIBLE_DEVICES</c> has it; null without a driver.</summary>
    public static long? OfCuda(int index)
    {
        try
        {
            return cuInit(0) == 0 && cuDeviceGet(out var device, index) == 0 && cuDeviceTotalMem(out var bytes, device) == 0
                ? (long)bytes
                : null;
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport(Driver, EntryPoint = "cuInit", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int cuInit(uint flags);

    [DllImport(Driver, EntryPoint = "cuDeviceGet", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int cuDeviceGet(out int device, int ordinal);

    [DllImport(Driver, EntryPoint = "cuDeviceTotalMem_v2", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int cuDeviceTotalMem(out nuint bytes, int device);
}
