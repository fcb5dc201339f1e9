using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Checkpoints;
using LLaVAction.Testing.Conformance;

namespace LLaVAction.Cpu.Tests.Model;

/// <summary>The cpu engine's pooling against the original's.</summary>
public sealed class PoolingGoldenTests : PoolingGoldens
{
    /// <inheritdoc/>
    protected override float[] Pool(float[] values, int frames, int side, int columns, PoolingMode mode, int stride)
    {
        using var context = new ComputeContext(2);
        using var input = Matrix.FromValues(frames * side * side, columns, values);
        var pooledSide = mode == PoolingMode.Bilinear ? Pooling.BilinearSide(side, stride) : Pooling.WindowSide(side, stride);
        using var output = new Matrix(frames * pooledSide * pooledSide, columns);
        switch (mode)
        {
            case PoolingMode.Bilinear:
                Pooling.Bilinear(context, input.View, side, output.View, stride);
                break;
            case PoolingMode.Average:
                Pooling.Average(context, input.View, side, output.View, stride);
                break;
            default:
                Pooling.Max(context, input.View, side, output.View, stride);
                break;
        }

        return output.Span.ToArray();
    }
}
