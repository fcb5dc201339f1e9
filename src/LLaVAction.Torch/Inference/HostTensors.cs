using System.Runtime.InteropServices;
using LLaVAction.Models.Engines;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>Between tensors of a device and arrays of the host.</summary>
internal static class HostTensors
{
    // All values in C order as float32; waits for the device.
    public static float[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        var host = values.to_type(ScalarType.Float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(host.bytes).ToArray();
    }

    public static StageTensor ToStage(Tensor values) => new([.. values.shape.Select(size => (int)size)], ToArray(values));

    public static Tensor FromStage(StageTensor stage, ComputeDevice device)
        => FromValues(stage.Values, [.. stage.Shape.Select(size => (long)size)], device);

    public static Tensor FromValues(float[] values, long[] shape, ComputeDevice device)
    {
        using var scope = NewDisposeScope();
        var host = tensor(values, shape, ScalarType.Float32, CPU);
        return host.to(device.Type, device.Device).MoveToOuterDisposeScope();
    }

    public static Tensor Indices(IEnumerable<int> rows, ComputeDevice device)
        => tensor(rows.Select(row => (long)row).ToArray(), device: device.Device);
}
