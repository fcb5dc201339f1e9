using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>
/// Projections of one input that are computed as one: their weights lie one below the other in one tensor, of which each
/// named projection is a view.
/// </summary>
internal sealed class FusedLinear : IDisposable
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Makes room for projections of so many outputs each.</summary>
    public FusedLinear(WeightFactory weights, long inputs, bool hasBias, params long[] outputs)
    {
        _weight = weights.Empty(outputs.Sum(), inputs);
        _bias = hasBias ? weights.Empty(outputs.Sum()) : null;
        Parts = new LinearLayer[outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            var first = outputs.Take(i).Sum();
            Parts[i] = new LinearLayer(_weight.narrow(0, first, outputs[i]), _bias?.narrow(0, first, outputs[i]));
        }
    }

    /// <summary>The projections, which are registered with their module under their own names.</summary>
    public LinearLayer[] Parts { get; }

    /// <summary>[rows, inputs] to [rows, all outputs].</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);

    /// <summary>[rows, inputs] to [rows, the outputs of the parts from <paramref name="first"/> on].</summary>
    public Tensor ForwardFrom(int first, Tensor x)
    {
        var skipped = Parts.Take(first).Sum(part => part.Weight.shape[0]);
        var rest = _weight.shape[0] - skipped;
        return nn.functional.linear(x, _weight.narrow(0, skipped, rest), _bias?.narrow(0, skipped, rest));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
