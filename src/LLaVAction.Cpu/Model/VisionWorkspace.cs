using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>The activations of one pass through the vision tower, used again by every layer.</summary>
internal sealed class VisionWorkspace(int rows, int patchValues, int hiddenSize, int intermediateSize) : IDisposable
{
    /// <summary>Pixels of the patches [rows, 3 · patch size²].</summary>
    public Matrix Patches { get; } = new(rows, patchValues);

    /// <summary>The residual stream [rows, hidden].</summary>
    public Matrix HiddenStates { get; } = new(rows, hiddenSize);

    public Matrix Query { get; } = new(rows, hiddenSize);

    public Matrix Key { get; } = new(rows, hiddenSize);

    public Matrix Value { get; } = new(rows, hiddenSize);

    /// <summary>What attention gathered [rows, hidden].</summary>
    public Matrix Attended { get; } = new(rows, hiddenSize);

    /// <summary>Between the MLP's projections [rows, intermediate].</summary>
    public Matrix Intermediate { get; } = new(rows, intermediateSize);

    /// <inheritdoc/>
    public void Dispose()
    {
        Patches.Dispose();
        HiddenStates.Dispose();
        Query.Dispose();
        Key.Dispose();
        Value.Dispose();
        Attended.Dispose();
        Intermediate.Dispose();
    }
}
