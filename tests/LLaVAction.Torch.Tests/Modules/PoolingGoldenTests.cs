using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Settings;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Inference;
using LLaVAction.Torch.Modules;
using LLaVAction.Torch.Native;

namespace LLaVAction.Torch.Tests.Modules;

/// <summary>The torch engine's pooling against the original's.</summary>
public sealed class PoolingGoldenTests : PoolingGoldens
{
    /// <inheritdoc/>
    protected override float[] Pool(float[] values, int frames, int side, int columns, PoolingMode mode, int stride)
    {
        TestEngine.Require();
        var device = ComputeDevice.Of(new ModelOptions { Device = "cpu" });
        var input = HostTensors.FromValues(values, [frames, (long)side * side, columns], device);
        return HostTensors.ToArray(SpatialPooling.Forward(mode, input, side, stride));
    }
}
