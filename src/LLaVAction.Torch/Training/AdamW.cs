using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>
/// AdamW with decoupled weight decay, one fused call per group of parameters: PyTorch's own kernel, which TorchSharp does
/// not bind, through TorchScript. Its state is plain tensors, so that it can be stored.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private const string Source = """
        def step(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], n: List[Tensor], lr: float, decay: float, beta1: float, beta2: float, eps: float) -> int:
            torch._fused_adamw_(p, g, m, v, [], n, lr=lr, beta1=beta1, beta2=beta2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
            return 0

        """;

    private readonly jit.CompilationUnit _kernel = jit.compile(Source);

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.999;

    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Moves the parameters of a group, in place, and their moments.</summary>
    /// <param name="parameters">The parameters of one rate and decay, with their gradients.</param>
    /// <param name="step">The number of this step, counted from 1.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="decay">The weight decay.</param>
    public void Step(IReadOnlyList<TrainedParameter> parameters, int step, double rate, double decay)
    {
        if (parameters.Count == 0)
        {
            return;
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] steps = [.. parameters.Select(parameter => full([], (double)step, ScalarType.Float32, parameter.Master.device))];
        _kernel.invoke(
            "step",
            parameters.Select(parameter => parameter.Master).ToArray(),
            parameters.Select(parameter => parameter.Gradient!).ToArray(),
            parameters.Select(parameter => parameter.Mean).ToArray(),
            parameters.Select(parameter => parameter.Square).ToArray(),
            steps,
            rate,
            decay,
            Beta1,
            Beta2,
            Epsilon);
    }

    public void Dispose() => _kernel.Dispose();
}
