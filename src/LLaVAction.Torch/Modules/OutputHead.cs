using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>
/// Logits in float32 whatever the model's type: in bfloat16 letters a quarter apart would tie. The weight is widened a few
/// thousand rows at a time.
/// </summary>
internal static class OutputHead
{
    private const long RowsAtATime = 16384;

    // Logits [.., vocabulary rows] of hidden states [.., hidden], in float32 on the device; in float64 of a float64 model.
    public static Tensor Logits(Tensor weight, Tensor states)
    {
        if (weight.dtype is ScalarType.Float32 or ScalarType.Float64)
        {
            return nn.functional.linear(states, weight);
        }

        using var scope = NewDisposeScope();
        var wide = states.to_type(ScalarType.Float32);
        var parts = new List<Tensor>();
        for (long first = 0; first < weight.shape[0]; first += RowsAtATime)
        {
            var count = Math.Min(RowsAtATime, weight.shape[0] - first);
            using var part = NewDisposeScope();
            var rows = weight.narrow(0, first, count).to_type(ScalarType.Float32);
            parts.Add(nn.functional.linear(wide, rows).MoveToOuterDisposeScope());
        }

        return cat(parts, -1).MoveToOuterDisposeScope();
    }
}
