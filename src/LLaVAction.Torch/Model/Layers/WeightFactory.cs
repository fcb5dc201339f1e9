using LLaVAction.Torch.Native;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>Makes room for weights on a device, in its type. Nothing is initialised: values come from a checkpoint.</summary>
internal sealed record WeightFactory(ComputeDevice Device)
{
    /// <summary>A tensor of unset values.</summary>
    public Tensor Empty(params long[] shape) => empty(shape, Device.Type, Device.Device);
}
