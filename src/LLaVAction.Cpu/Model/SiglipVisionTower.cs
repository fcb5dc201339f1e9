using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// The SigLIP tower up to the selected layer: no class token, no mask, no post-norm, no pooling head. It holds only the
/// layers it runs.
/// </summary>
internal sealed class SiglipVisionTower(PatchEmbeddings embeddings, IReadOnlyList<VisionEncoderLayer> layers, int hiddenSize)
{
    // Rows of one pass: enough for the projections' speed, few enough for small activations.
    private const int RowsPerPass = 1500;

    public PatchEmbeddings Embeddings => embeddings;

    public int HiddenSize => hiddenSize;

    public int Patches => embeddings.Grid * embeddings.Grid;

    // How many frames go through at once; the bits of a frame's result do not depend on it.
    public int FramesPerPass => FramesPerPassOf(Patches);

    public static int FramesPerPassOf(int patches) => Math.Max(1, RowsPerPass / patches);

    public VisionWorkspace CreateWorkspace(int frames)
        => new(frames * Patches, embeddings.ValuesPerPatch, hiddenSize, layers.Count == 0 ? 0 : layers[0].Fc1.Weight.Rows);

    /// <summary>
    /// The selected hidden states [frames · patches, hidden] of a few frames, a view on <paramref name="workspace"/>.
    /// </summary>
    /// <param name="context">Workers and scratch.</param>
    /// <param name="pixelValues">[frames, 3, size, size].</param>
    /// <param name="frames">At most as many as the workspace was made for.</param>
    /// <param name="workspace">Activations.</param>
    /// <param name="trace">Is shown the hidden states after the embeddings and after every layer; may be null.</param>
    /// <param name="cancellationToken">Looked at between layers.</param>
    public MatrixView Forward(
        ComputeContext context,
        ReadOnlySpan<float> pixelValues,
        int frames,
        VisionWorkspace workspace,
        Action<MatrixView>? trace,
        CancellationToken cancellationToken)
    {
        var rows = frames * Patches;
        var hiddenStates = workspace.HiddenStates.View.SliceRows(0, rows);
        embeddings.Forward(context, pixelValues, workspace.Patches.View.SliceRows(0, rows), hiddenStates);
        trace?.Invoke(hiddenStates);
        foreach (var layer in layers)
        {
            cancellationToken.ThrowIfCancellationRequested();
            layer.Forward(context, hiddenStates, Patches, workspace);
            trace?.Invoke(hiddenStates);
        }

        return hiddenStates;
    }
}
