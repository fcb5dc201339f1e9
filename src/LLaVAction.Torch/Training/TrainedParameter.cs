using LLaVAction.Models.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Training;

/// <summary>
/// A parameter in training: where the model computes in bfloat16, a float32 master copy is what the optimizer moves, and
/// gradients of the micro-batches are added up in float32.
/// </summary>
internal sealed class TrainedParameter : IDisposable
{
    private readonly bool _isMasterCopy;
    private Tensor? _sum;

    public TrainedParameter(string name, Parameter parameter, ModelPart part)
    {
        using var noGradients = no_grad();
        Name = name;
        Parameter = parameter;
        Part = part;
        IsDecayed = !name.EndsWith("bias", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal);
        _isMasterCopy = parameter.dtype is ScalarType.BFloat16 or ScalarType.Float16;
        Master = _isMasterCopy ? parameter.detach().to_type(ScalarType.Float32).DetachFromDisposeScope() : parameter;
        Mean = zeros_like(Master, requires_grad: false).DetachFromDisposeScope();
        Square = zeros_like(Master, requires_grad: false).DetachFromDisposeScope();
    }

    public string Name { get; }

    public Parameter Parameter { get; }

    public ModelPart Part { get; }

    public bool IsDecayed { get; }

    public Tensor Master { get; }

    public Tensor Mean { get; }

    public Tensor Square { get; }

    // The gradient of the micro-batches so far, in the master's type; null where there was none.
    public Tensor? Gradient => _isMasterCopy ? _sum : Parameter.grad;

    public static ModelPart PartOf(string name) =>
        name.StartsWith("vision_tower.", StringComparison.Ordinal) ? ModelPart.Tower
        : name.StartsWith("multi_modal_projector.", StringComparison.Ordinal) ? ModelPart.Projector
        : name is CanonicalNames.ActionSupervision or CanonicalNames.VerbHead or CanonicalNames.NounHead or CanonicalNames.ActionHead ? ModelPart.Heads
        : ModelPart.Language;

    // Starts the master copy from stored values that the model's type has rounded: from rounded ones, the first small steps would
    // all be rounded away.
    public void Widen(TensorView? stored)
    {
        if (_isMasterCopy && stored?.ElementType == ElementType.Float32)
        {
            using var noGradients = no_grad();
            using var values = tensor(stored.ToFloat32(), Master.shape);
            Master.copy_(values);
        }
    }

    public void Accumulate()
    {
        if (!_isMasterCopy || Parameter.grad is not { } gradient)
        {
            return;
        }

        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        if (_sum is null)
        {
            _sum = gradient.to_type(ScalarType.Float32).DetachFromDisposeScope();
        }
        else
        {
            _sum.add_(gradient);
        }

        Parameter.grad = null;
    }

    // Forgets the gradient, and gives the model the values that the optimizer moved.
    public void FinishStep()
    {
        using var noGradients = no_grad();
        if (_isMasterCopy)
        {
            Parameter.copy_(Master);
            _sum?.Dispose();
            _sum = null;
        }
        else if (Parameter.grad is not null)
        {
            Parameter.grad = null;
        }
    }

    public void Dispose()
    {
        Mean.Dispose();
        Square.Dispose();
        _sum?.Dispose();
        if (_isMasterCopy)
        {
            Master.Dispose();
        }
    }
}
