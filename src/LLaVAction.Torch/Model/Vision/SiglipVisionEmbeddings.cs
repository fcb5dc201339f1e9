using LLaVAction.Models.Checkpoints;
using LLaVAction.Torch.Model.Layers;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>
/// Patch and position embeddings: the convolution, whose stride is its kernel size, as one projection of all patches. Pixels
/// right of and below the last whole patch are not seen (384 = 27 · 14 + 6).
/// </summary>
internal sealed class SiglipVisionEmbeddings : nn.Module
{
    private readonly VisionConfiguration _vision;
    private readonly LinearLayer _patchEmbedding;
    private readonly EmbeddingTable _positionEmbedding;

    public SiglipVisionEmbeddings(WeightFactory weights, VisionConfiguration vision)
        : base(nameof(SiglipVisionEmbeddings))
    {
        _vision = vision;
        _patchEmbedding = new LinearLayer(
            weights.Empty(vision.Hidden, 3, vision.PatchSize, vision.PatchSize), weights.Empty(vision.Hidden));
        _positionEmbedding = new EmbeddingTable(weights, vision.Patches, vision.Hidden);
        register_module("patch_embedding", _patchEmbedding);
        register_module("position_embedding", _positionEmbedding);
    }

    /// <summary>Pixel values [frames, 3, size, size] as rows [frames · patches, hidden].</summary>
    public Tensor Forward(Tensor pixelValues)
    {
        using var scope = NewDisposeScope();
        var frames = pixelValues.shape[0];
        long side = _vision.GridSide;
        long patch = _vision.PatchSize;
        var patches = pixelValues
            .narrow(2, 0, side * patch)
            .narrow(3, 0, side * patch)
            .unflatten(3, side, patch)
            .unflatten(2, side, patch)
            .permute(0, 2, 4, 1, 3, 5)
            .reshape(frames * side * side, 3 * patch * patch);
        var kernel = _patchEmbedding.Weight.view(_vision.Hidden, -1);
        var rows = nn.functional.linear(patches, kernel, _patchEmbedding.Bias);
        rows.view(frames, side * side, _vision.Hidden).add_(_positionEmbedding.Weight);
        return rows.MoveToOuterDisposeScope();
    }
}
