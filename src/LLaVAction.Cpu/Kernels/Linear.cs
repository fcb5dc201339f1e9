using System.Runtime.CompilerServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>What becomes of a projection's sums on their way into the output.</summary>
internal enum Epilogue
{
    // y = x · Wᵀ + b.
    None,

    // y += x · Wᵀ + b: a residual connection whose stream is the output itself.
    Add,

    // y = gelu(x · Wᵀ + b), tanh form.
    GeluTanh,

    // y = gelu(x · Wᵀ + b), exact form.
    GeluErf,
}

/// <summary>
/// Projections: x [rows, input features] · weightᵀ + bias → y [rows, output features]. An optional normalisation of the rows
/// of x goes with the reading of x. The bits of a row of y depend on that row of x and on the layer alone.
/// </summary>
internal static class Linear
{
    // y = epilogue(normalization(x) · Wᵀ + b). x and y do not overlap.
    public static void Apply(
        ComputeContext context,
        MatrixView x,
        DenseLayer layer,
        MatrixView y,
        Epilogue epilogue = Epilogue.None,
        Normalization? normalization = null)
        => Apply(context, x, [layer], [y], epilogue, normalization);

    // Several projections of the same rows (query, key and value), which then are read and normalised once.
    public static void Apply(
        ComputeContext context,
        MatrixView x,
        ReadOnlySpan<DenseLayer> layers,
        ReadOnlySpan<MatrixView> outputs,
        Epilogue epilogue = Epilogue.None,
        Normalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, layers.Length, nameof(outputs));
        LinearTargets buffer = default;
        var targets = buffer[..layers.Length];
        for (var index = 0; index < layers.Length; index++)
        {
            x.RequireShape(x.Rows, layers[index].Weight.Columns, nameof(x));
            outputs[index].RequireShape(x.Rows, layers[index].Weight.Rows, nameof(outputs));
            targets[index] = new LinearTarget(layers[index], null, outputs[index]);
        }

        context.LinearJob.Run(x, targets, epilogue, normalization);
    }

    // y = silu(n(x) · gateᵀ) · (n(x) · upᵀ), n being the normalisation: the first half of a SwiGLU block.
    public static void SwiGlu(
        ComputeContext context,
        MatrixView x,
        DenseLayer gate,
        DenseLayer up,
        MatrixView y,
        Normalization? normalization = null)
    {
        x.RequireShape(x.Rows, gate.Weight.Columns, nameof(x));
        x.RequireShape(x.Rows, up.Weight.Columns, nameof(x));
        y.RequireShape(x.Rows, gate.Weight.Rows, nameof(y));
        y.RequireShape(x.Rows, up.Weight.Rows, nameof(y));
        context.LinearJob.Run(x, [new LinearTarget(gate, up, y)], Epilogue.None, normalization);
    }

    /// <summary>Room for the targets of a call, on the stack.</summary>
    [InlineArray(LinearJob.MostTargets)]
    private struct LinearTargets
    {
        private LinearTarget _first;
    }
}
