using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// The projector from the vision tower [.., vision hidden] to the language model [.., hidden]: two projections with exact
/// GELU between them.
/// </summary>
internal sealed class MultimodalProjector : nn.Module<Tensor, Tensor>
{
    public MultimodalProjector(long visionHidden, long hidden, ComputeDevice at)
        : base(nameof(MultimodalProjector))
    {
        First = Layers.Linear(visionHidden, hidden, hasBias: true, at);
        Second = Layers.Linear(hidden, hidden, hasBias: true, at);
        RegisterComponents();
    }

    [field: ComponentName(Name = "linear_1")]
    public Linear First { get; }

    [field: ComponentName(Name = "linear_2")]
    public Linear Second { get; }

    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        return Second.call(nn.functional.gelu(First.call(features))).MoveToOuterDisposeScope();
    }
}
