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

    public required Epilogue Activation { get; init; }

    public required AttentionShape Attention { get; init; }

    // Transforms the hidden states [sequences · sequence length, hidden] in place.
    public void Forward(ComputeContext context, MatrixView hiddenStates, int sequenceLength, VisionWorkspace workspace)
    {
        Attend(context, hiddenStates, sequenceLength, workspace);
        Transform(context, hiddenStates, workspace);
    }

    // x += attention(norm(x)), each sequence to itself.
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

    // x += mlp(norm(x)).
    public void Transform(ComputeContext context, MatrixView hiddenStates, VisionWorkspace workspace)
    {
        var intermediate = workspace.Intermediate.View.SliceRows(0, hiddenStates.Rows);
        Linear.Apply(context, hiddenStates, Fc1, intermediate, Activation, LayerNorm2);
        Linear.Apply(context, intermediate, Fc2, hiddenStates, Epilogue.Add);
    }
}
