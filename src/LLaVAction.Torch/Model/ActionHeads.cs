using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Language;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model;

/// <summary>LLaVAction's three linear heads, which read the final hidden states at the action tokens.</summary>
internal sealed class ActionHeads(WeightFactory weights, ActionHeadSizes sizes, long hidden)
{
    private readonly LinearLayer _verb = LinearLayer.Create(weights, sizes.Verbs, hidden, hasBias: false);
    private readonly LinearLayer _noun = LinearLayer.Create(weights, sizes.Nouns, hidden, hasBias: false);
    private readonly LinearLayer _action = LinearLayer.Create(weights, sizes.Actions, hidden, hasBias: false);

    /// <summary>Registers the heads under the checkpoint's names.</summary>
    public void RegisterWith(Action<string, nn.Module> register)
    {
        register("verb_head", _verb);
        register("noun_head", _noun);
        register("action_head", _action);
    }

    /// <summary>
    /// Logits of verb, noun and action for final hidden states at the action tokens [tokens, hidden]: from the only token,
    /// or each from its own of three.
    /// </summary>
    public (Tensor Verb, Tensor Noun, Tensor Action) Forward(Tensor hiddenStates)
    {
        var last = hiddenStates.shape[0] - 1;
        return (Read(_verb, 0), Read(_noun, Math.Min(1, last)), Read(_action, last));

        Tensor Read(LinearLayer head, long row) => OutputHead.Logits(head.Weight, hiddenStates.narrow(0, row, 1)).squeeze(0);
    }

}
