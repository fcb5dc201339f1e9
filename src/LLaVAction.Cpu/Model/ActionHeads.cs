using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>LLaVAction's three linear heads, which read the final hidden states at the action tokens.</summary>
internal sealed record ActionHeads(DenseLayer VerbHead, DenseLayer NounHead, DenseLayer ActionHead)
{
    // Logits of verb, noun and action for hidden states after the final norm [tokens, hidden]: from the only token, or each from
    // its own of three.
    public (float[] Verb, float[] Noun, float[] Action) Forward(ComputeContext context, MatrixView hiddenStates)
    {
        var last = hiddenStates.Rows - 1;
        return (
            Read(context, VerbHead, hiddenStates.SliceRows(0, 1)),
            Read(context, NounHead, hiddenStates.SliceRows(Math.Min(1, last), 1)),
            Read(context, ActionHead, hiddenStates.SliceRows(last, 1)));
    }

    private static float[] Read(ComputeContext context, DenseLayer head, MatrixView hiddenState)
    {
        using var logits = new Matrix(1, head.Weight.Rows);
        Linear.Apply(context, hiddenState, head, logits.View);
        return logits.Span.ToArray();
    }
}
