using TorchSharp;

namespace LLaVAction.Torch.Native;

/// <summary>Why no GPU can be used.</summary>
internal static class CudaFault
{
    // The first of what is lacking, and what to do; null where a GPU can be used.
    public static string? Of(LoadedLibTorch library) =>
        Of(library.Folder, NvidiaDriver.CountGpus(), NvidiaDriver.CudaVersion(), torch.cuda.is_available);

    /// <summary>As above, from what was found.</summary>
    /// <param name="folder">The libtorch.</param>
    /// <param name="gpus">How many GPUs the driver sees; null where there is no driver.</param>
    /// <param name="driverVersion">The CUDA that the driver can run.</param>
    /// <param name="isAvailable">Whether libtorch can use one; asked last.</param>
    public static string? Of(LibTorchFolder folder, int? gpus, string? driverVersion, Func<bool> isAvailable)
    {
        if (!folder.HasCuda)
        {
            return $"the libtorch in {folder.Path} is one for the CPU alone. Install PyTorch with CUDA, or name a libtorch with CUDA with --libtorch (docs/gpu.md)";
        }

        return gpus switch
        {
            null => "there is no NVIDIA driver (libcuda). Install it, or start the container with the GPU (docker run --gpus all, apptainer exec --nv)",
            0 => "the NVIDIA driver sees no GPU. Does CUDA_VISIBLE_DEVICES hide it, or did the job ask for none (sbatch --gres=gpu:1)?",
            _ when isAvailable() => null,
            _ => $"the driver runs CUDA {driverVersion ?? "of an unknown version"}, which the libtorch in {folder.Path} cannot use. CUDA 12.8 needs driver 570 or newer",
        };
    }
}
