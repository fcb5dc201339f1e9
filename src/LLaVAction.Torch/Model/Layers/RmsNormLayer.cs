using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>RMSNorm over the last axis, computed in float32: <c>weight</c> [width].</summary>
internal sealed class RmsNormLayer : nn.Module
{
    private static readonly long[] LastAxis = [-1];
    private readonly Parameter _weight;
    private readonly Scalar _epsilon;
    private Tensor? _scaledWeight;

    public RmsNormLayer(WeightFactory weights, long width, double epsilon)
        : base(nameof(RmsNormLayer))
    {
        _weight = new Parameter(weights.Empty(width), requires_grad: false);
        register_parameter("weight", _weight);
        _epsilon = (epsilon * width).ToScalar();
    }

    /// <summary>[rows, width], normalised, in the type of <paramref name="x"/>.</summary>
    /// <remarks>
    /// x / √(|x|²/width + ε) · weight = x / √(|x|² + width·ε) · (√width · weight): one pass over x for its length, and two
    /// for the products.
    /// </remarks>
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.dtype == ScalarType.Float32 ? x : x.to_type(ScalarType.Float32);
        var inverse = linalg.vector_norm(wide, 2, LastAxis, keepdim: true);
        inverse.mul_(inverse).add_(_epsilon).rsqrt_();
        var normalised = ReferenceEquals(wide, x) ? wide.mul(inverse) : wide.mul_(inverse);
        return normalised.mul_(ScaledWeight()).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _scaledWeight?.Dispose();
            _epsilon.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor ScaledWeight()
        => _scaledWeight ??= _weight.to_type(ScalarType.Float32).mul(Math.Sqrt(_weight.shape[0])).DetachFromDisposeScope();
}
