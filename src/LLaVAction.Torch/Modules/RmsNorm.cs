using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>RMSNorm over the last axis, x / √(mean(x²) + ε) · weight, normalised in float32: <c>weight</c> [width].</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    public RmsNorm(long width, double epsilon, ComputeDevice at)
        : base(nameof(RmsNorm))
    {
        Epsilon = epsilon;
        Weight = Layers.Empty(at, width);
        RegisterComponents();
    }

    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; }

    public double Epsilon { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.dtype == ScalarType.Float64 ? x : x.to_type(ScalarType.Float32);
        var normalised = wide * rsqrt(wide.square().mean([-1], keepdim: true) + Epsilon);
        return (Weight * normalised.to_type(x.dtype)).MoveToOuterDisposeScope();
    }
}
