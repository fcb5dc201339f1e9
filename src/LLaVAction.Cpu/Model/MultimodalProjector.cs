using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>The projector <c>mlp2x_gelu</c>: a projection, the exact (erf) GELU, a projection.</summary>
internal sealed record MultimodalProjector(DenseLayer Linear1, DenseLayer Linear2)
{
    public int HiddenSize => Linear2.Weight.Rows;

    // Projects vision features [rows, vision hidden] to [rows, hidden].
    public void Forward(ComputeContext context, MatrixView visionFeatures, MatrixView projected)
    {
        using var intermediate = new Matrix(visionFeatures.Rows, Linear1.Weight.Rows);
        Linear.Apply(context, visionFeatures, Linear1, intermediate.View, Epilogue.GeluErf);
        Linear.Apply(context, intermediate.View, Linear2, projected);
    }
}
