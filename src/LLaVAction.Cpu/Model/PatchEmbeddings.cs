using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>
/// Patch and position embeddings: a convolution whose stride is its kernel size, as a projection of each patch's pixels,
/// and a learned vector per patch position. Pixels right of and below the last whole patch are not seen (384 = 27 · 14 + 6).
/// </summary>
internal sealed class PatchEmbeddings
{
    private readonly DenseLayer _patchEmbedding;
    private readonly WeightMatrix _positionEmbedding;

    /// <summary>Joins the two tables.</summary>
    /// <param name="patchEmbedding">Weight [hidden, 3 · patch size²] (channel, row, column) and bias.</param>
    /// <param name="positionEmbedding">Weight [patches, hidden].</param>
    /// <param name="imageSize">Width and height of a frame, in pixels.</param>
    /// <param name="patchSize">Width and height of a patch, in pixels.</param>
    public PatchEmbeddings(DenseLayer patchEmbedding, WeightMatrix positionEmbedding, int imageSize, int patchSize)
    {
        _patchEmbedding = patchEmbedding;
        _positionEmbedding = positionEmbedding;
        ImageSize = imageSize;
        PatchSize = patchSize;
    }

    public int ImageSize { get; }

    public int PatchSize { get; }

    public int Grid => ImageSize / PatchSize;

    public int ValuesPerFrame => 3 * ImageSize * ImageSize;

    public int ValuesPerPatch => 3 * PatchSize * PatchSize;

    /// <summary>Embeds pixel values [frames, 3, image size, image size] as rows [frames · patches, hidden].</summary>
    /// <param name="context">Workers and scratch.</param>
    /// <param name="pixelValues">The pixels of as many frames as <paramref name="hiddenStates"/> has room for.</param>
    /// <param name="patches">Room for the patches' pixels [frames · patches, 3 · patch size²].</param>
    /// <param name="hiddenStates">The result.</param>
    public void Forward(ComputeContext context, ReadOnlySpan<float> pixelValues, MatrixView patches, MatrixView hiddenStates)
    {
        var patchesPerFrame = Grid * Grid;
        for (var row = 0; row < patches.Rows; row++)
        {
            var frame = row / patchesPerFrame;
            var patch = row % patchesPerFrame;
            _positionEmbedding.ReadRow(patch, hiddenStates.Row(row));
            CutPatch(pixelValues.Slice(frame * ValuesPerFrame, ValuesPerFrame), patch / Grid, patch % Grid, patches.Row(row));
        }

        Linear.Apply(context, patches, _patchEmbedding, hiddenStates, Epilogue.Add);
    }

    private void CutPatch(ReadOnlySpan<float> frame, int patchRow, int patchColumn, Span<float> target)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < PatchSize; y++)
            {
                var source = (((channel * ImageSize) + (patchRow * PatchSize) + y) * ImageSize) + (patchColumn * PatchSize);
                frame.Slice(source, PatchSize).CopyTo(target.Slice(((channel * PatchSize) + y) * PatchSize, PatchSize));
            }
        }
    }
}
