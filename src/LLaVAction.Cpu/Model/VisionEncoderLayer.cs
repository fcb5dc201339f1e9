using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>One pre-norm layer of a vision transformer: attention over a sequence of patches, then a two-layer MLP.</summary>
internal sealed record VisionEncoderLayer
{
    public required Normalization LayerNorm1 { get; init; }

    public required DenseLayer QProj { get; init; }

    public required DenseLayer KProj { get; init; }

    public required DenseLayer VProj { get; init; }

    public required DenseLayer OutProj { get; init; }

    public required Normalization LayerNorm2 { get; init; }

    public required DenseLayer Fc1 { get; init; }

    public required DenseLayer Fc2 { get; init; }

    /// <summary>The MLP's activation: a GELU.</summary>
    public required Epilogue Activation { get; init; }

    /// <summary>Heads.</summary>
    public required AttentionShape Attention { get; init; }

    /// <summary>Transforms the hidden states [sequences · sequence length, hidden] in place.</summary>
    public void Forward(ComputeContext context, MatrixView hiddenStates, int sequenceLength, VisionWorkspace workspace)
    {
        Attend(context, hiddenStates, sequenceLength, workspace);
        Transform(context, hiddenStates, workspace);
    }

    /// <summary>x += attention(norm(x)), each sequence to itself.</summary>
    public void Attend(ComputeContext context, MatrixView hiddenStates, int sequenceLength, VisionWorkspace workspace)
    {
        var rows = hiddenStates.Rows;
        var query = workspace.Query.View.SliceRows(0, rows);
        var key = workspace.Key.View.SliceRows(0, rows);
        var value = workspace.Value.View.SliceRows(0, rows);
        var attended = workspace.Attended.View.SliceRows(0, rows);
        Linear.Apply(context, hiddenStates, [QProj, KProj, VProj], [query, key, value], normalization: LayerNorm1);
        Kernels.Attention.Bidirectional(context, Attention, query, new KeyValueSegment(key, value), sequenceLength, attended);
        Linear.Apply(context, attended, OutProj, hiddenStates, Epilogue.Add);
    }

    /// <summary>x += mlp(norm(x)).</summary>
    public void Transform(ComputeContext context, MatrixView hiddenStates, VisionWorkspace workspace)
    {
        var intermediate = workspace.Intermediate.View.SliceRows(0, hiddenStates.Rows);
        Linear.Apply(context, hiddenStates, Fc1, intermediate, Activation, LayerNorm2);
        Linear.Apply(context, intermediate, Fc2, hiddenStates, Epilogue.Add);
    }
}
