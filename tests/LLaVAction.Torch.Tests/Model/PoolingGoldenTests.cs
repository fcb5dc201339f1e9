using LLaVAction.Models.Checkpoints;
using LLaVAction.Models.Engines;
using LLaVAction.Testing.Conformance;
using LLaVAction.Torch.Model.Running;
using LLaVAction.Torch.Model.Vision;
using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Tests.Model;

/// <summary>The torch engine's pooling against the original's.</summary>
public sealed class PoolingGoldenTests : PoolingGoldens
{
    /// <inheritdoc/>
    protected override float[] Pool(float[] values, int frames, int side, int columns, PoolingMode mode, int stride)
    {
        TestEngine.Require();
        var device = ComputeDevice.Of(new ModelOptions { Device = "cpu" });
        using var scope = NewDisposeScope();
        var input = HostTensors.FromValues(values, [(long)frames * side * side, columns], device);
        return HostTensors.ToArray(SpatialPooling.Forward(mode, input, side, stride));
    }
}
