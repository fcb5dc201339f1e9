using LLaVAction.Models.Checkpoints;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Model.Vision;

/// <summary>Pooling of frames' square grids of patches; every published model has a stride of 2.</summary>
internal static class SpatialPooling
{
    /// <summary>Pools [frames · side², width] to [frames · pooled side², width].</summary>
    public static Tensor Forward(PoolingMode mode, Tensor patches, long side, long stride = 2)
    {
        using var scope = NewDisposeScope();
        var width = patches.shape[1];
        var grids = patches.view(-1, side, side, width).permute(0, 3, 1, 2);
        long[] window = [stride, stride];
        var rounded = (side + stride - 1) / stride;
        var pooled = mode switch
        {
            PoolingMode.Bilinear => nn.functional.interpolate(grids, [rounded, rounded], mode: InterpolationMode.Bilinear, align_corners: false),
            PoolingMode.Average => nn.functional.avg_pool2d(grids, window),
            _ => nn.functional.max_pool2d(grids, window),
        };
        return pooled.permute(0, 2, 3, 1).reshape(-1, width).MoveToOuterDisposeScope();
    }
}
