using LLaVAction.Torch.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// RMSNorm in two passes: x / √(|x|²/width + ε) · weight = x / √(|x|² + width·ε) · (√width · weight), one pass over x for
/// its length and one for the products.
/// </summary>
internal sealed class ScaledRmsNorm : IDisposable
{
    private static readonly long[] LastAxis = [-1];
    private readonly Tensor _weight;
    private readonly Scalar _epsilon;

    public ScaledRmsNorm(RmsNorm norm)
    {
        using var scope = NewDisposeScope();
        var width = norm.Weight.shape[0];
        _weight = norm.Weight.detach().to_type(ScalarType.Float32).mul(Math.Sqrt(width)).DetachFromDisposeScope();
        _epsilon = (norm.Epsilon * width).ToScalar();
    }

    // [rows, width], normalised in float32, in the type of x.
    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.dtype == ScalarType.Float32 ? x : x.to_type(ScalarType.Float32);
        var inverse = linalg.vector_norm(wide, 2, LastAxis, keepdim: true);
        inverse.mul_(inverse).add_(_epsilon).rsqrt_();
        var normalised = ReferenceEquals(wide, x) ? wide.mul(inverse) : wide.mul_(inverse);
        return normalised.mul_(_weight).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _weight.Dispose();
        _epsilon.Dispose();
    }
}
