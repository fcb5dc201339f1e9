using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Inference;

/// <summary>
/// Projections of one input, computed as one. Their weights are laid one below the other in one tensor, of which the
/// modules' own parameters become views: nothing is held twice. A packed module can no longer be trained.
/// </summary>
internal sealed class PackedLinear : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly long[] _starts;

    public PackedLinear(params Linear[] parts)
    {
        using var noGradients = no_grad();
        _weight = cat(parts.Select(part => (Tensor)part.weight).ToArray()).DetachFromDisposeScope();
        _bias = parts[0].bias is null ? null : cat(parts.Select(part => (Tensor)part.bias!).ToArray()).DetachFromDisposeScope();
        _starts = new long[parts.Length];
        long start = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var outputs = parts[i].weight.shape[0];
            _starts[i] = start;
            parts[i].weight = new Parameter(_weight.narrow(0, start, outputs), requires_grad: false);
            parts[i].bias = _bias is null ? null : new Parameter(_bias.narrow(0, start, outputs), requires_grad: false);
            start += outputs;
        }
    }

    // [.., inputs] to [.., all outputs].
    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    // [.., inputs] to [.., outputs of the parts from first on].
    public Tensor ForwardFrom(int first, Tensor x)
    {
        using var scope = NewDisposeScope();
        var rest = _weight.shape[0] - _starts[first];
        return nn.functional.linear(x, _weight.narrow(0, _starts[first], rest), _bias?.narrow(0, _starts[first], rest)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
