using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// LLaVAction's three classifiers, linear without bias, which read hidden states at the action tokens. Checkpoints name
/// them at the top: <c>verb_head</c>, <c>noun_head</c>, <c>action_head</c>.
/// </summary>
internal sealed class ActionHeads(ActionHeadSizes sizes, long hidden, ComputeDevice at)
{
    public Linear Verb { get; } = Layers.Linear(hidden, sizes.Verbs, hasBias: false, at);

    public Linear Noun { get; } = Layers.Linear(hidden, sizes.Nouns, hasBias: false, at);

    public Linear Action { get; } = Layers.Linear(hidden, sizes.Actions, hasBias: false, at);

    // Logits of verb, noun and action, each in float32 [.., classes], of hidden states [.., tokens, hidden]: of the only token,
    // or each of its own of three.
    public (Tensor Verb, Tensor Noun, Tensor Action) Logits(Tensor states)
    {
        var last = states.shape[^2] - 1;
        return (Read(Verb, 0), Read(Noun, Math.Min(1, last)), Read(Action, last));

        Tensor Read(Linear head, long token) => OutputHead.Logits(head.weight, states.select(-2, token));
    }
}
