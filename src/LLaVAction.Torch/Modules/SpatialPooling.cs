using LLaVAction.Models.Checkpoints;
using static TorchSharp.torch;

namespace LLaVAction.Torch.Modules;

/// <summary>Pooling of frames' square grids of patches; every published model has a stride of 2.</summary>
internal static class SpatialPooling
{
    // Pools [frames, side², width] to [frames, pooled side², width].
    public static Tensor Forward(PoolingMode mode, Tensor patches, long side, long stride = 2)
    {
        using var scope = NewDisposeScope();
        var grids = patches.transpose(1, 2).unflatten(2, side, side);
        var rounded = (side + stride - 1) / stride;
        var pooled = mode switch
        {
            PoolingMode.Bilinear => nn.functional.interpolate(grids, [rounded, rounded], mode: InterpolationMode.Bilinear, align_corners: false),
            PoolingMode.Average => nn.functional.avg_pool2d(grids, [stride, stride]),
            _ => nn.functional.max_pool2d(grids, [stride, stride]),
        };
        return pooled.flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
