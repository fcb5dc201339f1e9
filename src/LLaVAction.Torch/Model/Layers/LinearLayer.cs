using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Layers;

/// <summary>An affine projection: <c>weight</c> [outputs, inputs] and, where there is one, <c>bias</c> [outputs].</summary>
internal sealed class LinearLayer : nn.Module
{
    /// <summary>Takes over the tensors, whose values are loaded later.</summary>
    public LinearLayer(Tensor weight, Tensor? bias)
        : base(nameof(LinearLayer))
    {
        Weight = new Parameter(weight, requires_grad: false);
        register_parameter("weight", Weight);
        if (bias is not null)
        {
            Bias = new Parameter(bias, requires_grad: false);
            register_parameter("bias", Bias);
        }
    }

    /// <summary>[outputs, inputs].</summary>
    public Parameter Weight { get; }

    /// <summary>[outputs]; null for none.</summary>
    public Parameter? Bias { get; }

    /// <summary>A projection of its own memory.</summary>
    public static LinearLayer Create(WeightFactory weights, long outputs, long inputs, bool hasBias)
        => new(weights.Empty(outputs, inputs), hasBias ? weights.Empty(outputs) : null);

    /// <summary>[rows, inputs] to [rows, outputs].</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, Weight, Bias);

    /// <summary>Adds the projection of [rows, inputs] to [rows, outputs], inside the multiplication where there is no bias.</summary>
    public void AddTo(Tensor target, Tensor x)
    {
        if (Bias is null)
        {
            target.addmm_(x, Weight.t());
        }
        else
        {
            target.add_(Forward(x));
        }
    }
}
