using System.Runtime.InteropServices;
using LLaVAction.Models.Engines;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>Between tensors of a device and arrays of the host.</summary>
internal static class HostTensors
{
    /// <summary>All values in C order as float32; waits for the device.</summary>
    public static float[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        var host = values.to_type(ScalarType.Float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(host.bytes).ToArray();
    }

    /// <summary>A copy with the shape of the tensor.</summary>
    public static StageTensor ToStage(Tensor values) => new([.. values.shape.Select(size => (int)size)], ToArray(values));

    /// <summary>A stage's values on a device, in its type.</summary>
    public static Tensor FromStage(StageTensor stage, ComputeDevice device)
        => FromValues(stage.Values, [.. stage.Shape.Select(size => (long)size)], device);

    /// <summary>Values on a device, in its type.</summary>
    public static Tensor FromValues(float[] values, long[] shape, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        var host = tensor(values, shape, ScalarType.Float32, CPU);
        return host.to(device.Type, device.Device).MoveToOuterDisposeScope();
    }

    /// <summary>Row indices on a device.</summary>
    public static Tensor Indices(IEnumerable<int> rows, ComputeDevice device)
        => tensor(rows.Select(row => (long)row).ToArray(), device: device.Device);
}
