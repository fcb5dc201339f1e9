using System.Globalization;
using LLaVAction.Models.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Native;

/// <summary>Where a model computes, and in which arithmetic.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">Type of weights and activations: float32, bfloat16 or float16.</param>
internal sealed record ComputeDevice(Device Device, ScalarType Type)
{
    // Whether it is a CUDA GPU, which computes behind the host's back.
    public bool IsCuda => Device.type == DeviceType.CUDA;

    public string Name => IsCuda ? string.Create(CultureInfo.InvariantCulture, $"cuda:{Device.index}") : "cpu";

    public string Precision => Type switch
    {
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => "float32",
    };

    public int BytesPerValue => Type == ScalarType.Float32 ? 4 : 2;

    // All of its memory: the GPU's by its driver, the host's under its limits; null where the driver would not tell.
    public long? TotalBytes => IsCuda ? NvidiaDriver.Of(Device.index)?.TotalBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>The device and arithmetic of a user's choice: bfloat16 on a GPU and float32 on the CPU where left open.</summary>
    /// <exception cref="InputException">There is no such device or arithmetic here, or no libtorch.</exception>
    public static ComputeDevice Of(ModelOptions options)
    {
        var library = LibTorch.Load(null);
        if (options.Threads is < 1)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--threads {options.Threads}: expected 1 or more."));
        }

        var device = DeviceOf(options.Device, library);
        var type = options.Precision switch
        {
            "auto" => device.type == DeviceType.CUDA ? ScalarType.BFloat16 : ScalarType.Float32,
            "float32" => ScalarType.Float32,
            "bfloat16" => ScalarType.BFloat16,
            "float16" => ScalarType.Float16,
            _ => throw new InputException($"--precision {options.Precision}: expected auto, float32, bfloat16 or float16."),
        };
        return new ComputeDevice(device, type);
    }

    public void Synchronize()
    {
        if (IsCuda)
        {
            cuda.synchronize(Device);
        }
    }

    private static Device DeviceOf(string name, LoadedLibTorch library)
    {
        if (name == "cpu")
        {
            return new Device(DeviceType.CPU);
        }

        var fault = CudaFault.Of(library);
        if (name == "auto")
        {
            return fault is null ? new Device(DeviceType.CUDA, 0) : new Device(DeviceType.CPU);
        }

        var number = name == "cuda" ? "0" : name.StartsWith("cuda:", StringComparison.Ordinal) ? name["cuda:".Length..] : "";
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw new InputException($"--device {name}: expected auto, cpu or cuda:N.");
        }

        if (fault is not null)
        {
            throw new InputException($"--device {name}: {fault}. Or use --device cpu.");
        }

        var count = cuda.device_count();
        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--device {name}: this host has {count} CUDA device(s), cuda:0 to cuda:{count - 1}."));
    }
}
