using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>The activations of one pass through the vision tower, used again by every layer.</summary>
internal sealed class VisionWorkspace(int rows, int patchValues, int hiddenSize, int intermediateSize) : IDisposable
{
    // Pixels of the patches [rows, 3 · patch size²].
    public Matrix Patches { get; } = new(rows, patchValues);

    // The residual stream [rows, hidden].
    public Matrix HiddenStates { get; } = new(rows, hiddenSize);

    public Matrix Query { get; } = new(rows, hiddenSize);

    public Matrix Key { get; } = new(rows, hiddenSize);

    public Matrix Value { get; } = new(rows, hiddenSize);

    // What attention gathered [rows, hidden].
    public Matrix Attended { get; } = new(rows, hiddenSize);

    // Between the MLP's projections [rows, intermediate].
    public Matrix Intermediate { get; } = new(rows, intermediateSize);

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
