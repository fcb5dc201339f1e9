using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>One pre-norm transformer layer of the SigLIP tower: attention over a frame's patches, then a two-layer MLP.</summary>
internal sealed record SiglipEncoderLayer
{
    public required Normalization LayerNorm1 { get; init; }

    public required DenseLayer QProj { get; init; }

    public required DenseLayer KProj { get; init; }

    public required DenseLayer VProj { get; init; }

    public required DenseLayer OutProj { get; init; }

    public required Normalization LayerNorm2 { get; init; }

    public required DenseLayer Fc1 { get; init; }

    public required DenseLayer Fc2 { get; init; }

    /// <summary>Heads.</summary>
    public required AttentionShape Attention { get; init; }

    /// <summary>Transforms the hidden states [frames · patches, hidden] in place.</summary>
    public void Forward(ComputeContext context, MatrixView hiddenStates, int patches, VisionWorkspace workspace)
    {
        var rows = hiddenStates.Rows;
        var query = workspace.Query.View.SliceRows(0, rows);
        var key = workspace.Key.View.SliceRows(0, rows);
        var value = workspace.Value.View.SliceRows(0, rows);
        var attended = workspace.Attended.View.SliceRows(0, rows);
        Linear.Apply(context, hiddenStates, [QProj, KProj, VProj], [query, key, value], normalization: LayerNorm1);
        Kernels.Attention.Bidirectional(context, Attention, query, new KeyValueSegment(key, value), patches, attended);
        Linear.Apply(context, attended, OutProj, hiddenStates, Epilogue.Add);

        var intermediate = workspace.Intermediate.View.SliceRows(0, rows);
        Linear.Apply(context, hiddenStates, Fc1, intermediate, Epilogue.GeluTanh, LayerNorm2);
        Linear.Apply(context, intermediate, Fc2, hiddenStates, Epilogue.Add);
    }
}
