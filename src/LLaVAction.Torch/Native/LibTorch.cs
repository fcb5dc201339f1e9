using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;

namespace LLaVAction.Torch.Native;

/// <summary>The libtorch of this process.</summary>
/// <param name="Folder">Where it lies.</param>
/// <param name="Version">What the library itself says: 2.10.0.</param>
internal sealed record LoadedLibTorch(LibTorchFolder Folder, string Version);

/// <summary>
/// Loads libtorch, once a process, from wherever <see cref="LibTorchSearch"/> finds it. The libraries are opened by their
/// paths before the first use of TorchSharp, whose own references are then met by what is loaded already. Without that, its
/// type initialisers would look by themselves, and copy half a gigabyte where they find a NuGet package.
/// </summary>
internal static class LibTorch
{
    private static readonly string[] Libraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];
    private static readonly Lock Gate = new();
    private static LoadedLibTorch? _loaded;

    /// <summary>Loads it, or tells what is loaded already.</summary>
    /// <param name="option">The value of <c>--libtorch</c>; null where it was not given.</param>
    /// <exception cref="InputException">There is none, or it cannot be loaded; the message says what was looked at and what is lacking.</exception>
    public static LoadedLibTorch Load(string? option)
    {
        lock (Gate)
        {
            return _loaded ??= Load(LibTorchSearch.OfThisProcess(option));
        }
    }

    private static LoadedLibTorch Load(LibTorchSearch search)
    {
        LimitSpinning();
        var finding = search.Find();
        var folder = finding.Folder ?? throw new InputException(finding.Problem!);
        var version = string.Empty;
        foreach (var library in Libraries.Where(folder.Has))
        {
            var handle = Open(folder.File(library), NativeLibrary.Load);
            if (library == LibTorchFolder.Library)
            {
                version = VersionOf(handle);
                if (!LibTorchFolder.IsNeeded(version))
                {
                    throw new InputException($"{folder.Path} ({folder.Origin}): {LibTorchFolder.WrongVersion(version)}.");
                }
            }
        }

        Open(NativePlatform.FileName("LibTorchSharp", NativePlatform.Current), _ => NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null));
        return new LoadedLibTorch(folder, version);
    }

    // Threads of libgomp spin for milliseconds before they sleep, and where other processes want the cores, a step of a small
    // model then takes twenty times as long. libgomp reads this when it is loaded, from an environment that is not .NET's copy.
    private static void LimitSpinning()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
        {
            _ = setenv("GOMP_SPINCOUNT\0"u8.ToArray(), "1000\0"u8.ToArray(), overwrite: 0);
        }
    }

    private static nint Open(string file, Func<string, nint> load)
    {
        try
        {
            return load(file);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            throw new InputException($"The torch engine cannot run: {LoadFailure.Explain(file, failure.Message)}. Or use --engine cpu.", failure);
        }
    }

    // Asks the library: 'torch.__version__' is what TorchSharp was made for. Releases from 2.9 on have this function, with one
    // byte each for major, minor and patch from the top.
    private static string VersionOf(nint library)
    {
        if (!NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function))
        {
            return "older than 2.9";
        }

        var version = Marshal.GetDelegateForFunctionPointer<VersionFunction>(function)();
        return string.Create(CultureInfo.InvariantCulture, $"{version >> 56}.{(version >> 48) & 0xFF}.{(version >> 40) & 0xFF}");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate ulong VersionFunction();

#pragma warning disable SYSLIB1054, IDE1006 // Source generation would need unsafe code; the name is the C library's.
    [DllImport("libc")]
    private static extern int setenv(byte[] name, byte[] value, int overwrite);
#pragma warning restore SYSLIB1054, IDE1006
}
