using System.Globalization;
using LLaVAction.Models.Engines;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Devices;

/// <summary>Where a model computes, and in which arithmetic.</summary>
/// <param name="Device">The device.</param>
/// <param name="Type">Type of weights and activations: float32, bfloat16 or float16.</param>
internal sealed record ComputeDevice(Device Device, ScalarType Type)
{
    /// <summary>Whether it is a CUDA GPU, which computes behind the host's back.</summary>
    public bool IsCuda => Device.type == DeviceType.CUDA;

    /// <summary><c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Name => IsCuda ? string.Create(CultureInfo.InvariantCulture, $"cuda:{Device.index}") : "cpu";

    /// <summary>The arithmetic's name, as <c>--precision</c> has it.</summary>
    public string Precision => Type switch
    {
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => "float32",
    };

    /// <summary>Bytes of one value.</summary>
    public int BytesPerValue => Type == ScalarType.Float32 ? 4 : 2;

    /// <summary>The device and arithmetic of a user's choice: bfloat16 on a GPU and float32 on the CPU where left open.</summary>
    /// <exception cref="InputException">There is no such device or arithmetic here.</exception>
    public static ComputeDevice Of(ModelOptions options)
    {
        if (options.Threads is < 1)
        {
            throw new InputException(string.Create(CultureInfo.InvariantCulture, $"--threads {options.Threads}: expected 1 or more."));
        }

        var device = DeviceOf(options.Device);
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

    /// <summary>Waits until the device has done what it was given.</summary>
    public void Synchronize()
    {
        if (IsCuda)
        {
            cuda.synchronize(Device);
        }
    }

    private static Device DeviceOf(string name)
    {
        if (name == "cpu")
        {
            return new Device(DeviceType.CPU);
        }

        var count = cuda.is_available() ? cuda.device_count() : 0;
        if (name == "auto")
        {
            return count > 0 ? new Device(DeviceType.CUDA, 0) : new Device(DeviceType.CPU);
        }

        var number = name == "cuda" ? "0" : name.StartsWith("cuda:", StringComparison.Ordinal) ? name["cuda:".Length..] : "";
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            throw new InputException($"--device {name}: expected auto, cpu or cuda:N.");
        }

        return index < count
            ? new Device(DeviceType.CUDA, index)
            : throw new InputException(count == 0
                ? $"--device {name}: no CUDA device can be used. Build with -p:Stack=torch-cuda on a host with an NVIDIA driver (see 'llavaction doctor'), or use --device cpu."
                : string.Create(CultureInfo.InvariantCulture, $"--device {name}: this host has {count} CUDA device(s), cuda:0 to cuda:{count - 1}."));
    }
}
