using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Language;

/// <summary>
/// Logits in float32 whatever the model's type: in bfloat16 letters a quarter apart would tie. The weight is widened a few
/// thousand rows at a time.
/// </summary>
internal static class OutputHead
{
    private const long RowsAtATime = 16384;

    /// <summary>Logits [rows, vocabulary rows] of final hidden states [rows, hidden], in float32 on the device.</summary>
    public static Tensor Logits(Tensor weight, Tensor states)
    {
        if (weight.dtype == ScalarType.Float32)
        {
            return nn.functional.linear(states, weight);
        }

        using var scope = NewDisposeScope();
        var wide = states.to_type(ScalarType.Float32);
        var vocabulary = weight.shape[0];
        var logits = empty([states.shape[0], vocabulary], ScalarType.Float32, weight.device);
        for (long first = 0; first < vocabulary; first += RowsAtATime)
        {
            using var part = NewDisposeScope();
            var count = Math.Min(RowsAtATime, vocabulary - first);
            var rows = weight.narrow(0, first, count).to_type(ScalarType.Float32);
            logits.narrow(1, first, count).copy_(nn.functional.linear(wide, rows));
        }

        return logits.MoveToOuterDisposeScope();
    }
}
