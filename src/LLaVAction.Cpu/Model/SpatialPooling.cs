using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;

namespace LLaVAction.Cpu.Model;

/// <summary>Pooling of a frame's patches as a model is set to it; the reference always uses a stride of 2.</summary>
internal static class SpatialPooling
{
    // Pools [frames · side², columns] to [frames · pooled side², columns].
    public static void Forward(ComputeContext context, PoolingMode mode, MatrixView patches, int side, MatrixView pooled)
    {
        switch (mode)
        {
            case PoolingMode.Bilinear:
                Pooling.Bilinear(context, patches, side, pooled);
                break;
            case PoolingMode.Average:
                Pooling.Average(context, patches, side, pooled);
                break;
            default:
                Pooling.Max(context, patches, side, pooled);
                break;
        }
    }
}
