using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// Activation recomputation: the forward pass keeps a layer's input alone, and the backward pass computes the layer again.
/// One more forward pass for the memory of a single layer. A layer must give the same output twice: what is random in it
/// has a generator of its own.
/// </summary>
internal sealed class Recomputation : autograd.SingleTensorFunction<Recomputation>
{
    public override string Name => nameof(Recomputation);

    // Runs a layer; backward reaches its input and its parameters.
    public static Tensor Run(Func<Tensor, Tensor> layer, Tensor x)
    {
        if (!is_grad_enabled())
        {
            return layer(x);
        }

        // Backward is called only where an argument requires a gradient, and the layer's parameters are no arguments.
        return apply(layer, x.requires_grad ? x : x.detach().requires_grad_());
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var layer = (Func<Tensor, Tensor>)vars[0];
        var x = (Tensor)vars[1];
        ctx.save_data("layer", layer);
        ctx.save_for_backward([x]);
        using var noGradients = no_grad();
        return layer(x);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var gradients = enable_grad();
        using var scope = NewDisposeScope();
        var layer = (Func<Tensor, Tensor>)ctx.get_data("layer");
        var x = ctx.get_saved_variables()[0].detach().requires_grad_();
        autograd.backward(layer(x), grad_output);
        return [null!, x.grad!.DetachFromDisposeScope()];
    }
}
