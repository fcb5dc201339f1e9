using LLaVAction.Cpu.Kernels;
using LLaVAction.Models.Engines;

namespace LLaVAction.Cpu.Model;

/// <summary>Between the kernels' matrices and the tensors that stages are shown as.</summary>
internal static class StageTensors
{
    public static Matrix ToMatrix(StageTensor tensor)
    {
        var columns = tensor.Shape[^1];
        return Matrix.FromValues(columns == 0 ? 0 : tensor.Values.Length / columns, columns, tensor.Values);
    }

    public static void Copy(MatrixView source, Span<float> target)
    {
        for (var row = 0; row < source.Rows; row++)
        {
            source.Row(row).CopyTo(target[(row * source.Columns)..]);
        }
    }
}
