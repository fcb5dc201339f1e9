namespace LLaVAction.Embedded.Kernels;

/// <summary>
/// Pooling of square grids of tokens by a stride, 2 in every published model: x [frames · side², columns] → y [frames · pooled side², columns], row major
/// within a frame.
/// </summary>
internal static class Pooling
{
    /// <summary>Side after bilinear pooling: rounded up (27 → 14).</summary>
    public static int BilinearSide(int side, int stride = 2) => (side + stride - 1) / stride;

    /// <summary>Side after average and max pooling: rounded down, the last rows and columns dropped (27 → 13).</summary>
    public static int WindowSide(int side, int stride = 2) => side / stride;

    /// <summary>Bilinear interpolation to <see cref="BilinearSide"/>, pixel centres aligned, no antialiasing.</summary>
    public static void Bilinear(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
    {
        int pooled = BilinearSide(side, stride);
        float ratio = (float)side / pooled;
        int frames = RequireShapes(x, side, y, pooled);
        for (int frame = 0; frame < frames; frame++)
        {
            for (int row = 0; row < pooled; row++)
            {
                (int top, int bottom, float down) = Neighbours(row, ratio, side);
                for (int column = 0; column < pooled; column++)
                {
                    (int left, int right, float across) = Neighbours(column, ratio, side);
                    int origin = frame * side * side;
                    Span<float> topLeft = x.Row(origin + (top * side) + left);
                    Span<float> topRight = x.Row(origin + (top * side) + right);
                    Span<float> bottomLeft = x.Row(origin + (bottom * side) + left);
                    Span<float> bottomRight = x.Row(origin + (bottom * side) + right);
                    Span<float> target = y.Row((((frame * pooled) + row) * pooled) + column);
                    for (int index = 0; index < target.Length; index++)
                    {
                        float upper = ((1f - across) * topLeft[index]) + (across * topRight[index]);
                        float lower = ((1f - across) * bottomLeft[index]) + (across * bottomRight[index]);
                        target[index] = ((1f - down) * upper) + (down * lower);
                    }
                }
            }
        }
    }

    /// <summary>The mean of each stride × stride window.</summary>
    public static void Average(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
    {
        Windows(x, side, y, stride, static (sum, value) => sum + value);
        for (int row = 0; row < y.Rows; row++)
        {
            foreach (ref float value in y.Row(row))
            {
                value /= stride * stride;
            }
        }
    }

    /// <summary>The largest value of each stride × stride window, column by column.</summary>
    public static void Max(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
        => Windows(x, side, y, stride, MathF.Max);

    /// <summary>Folds the tokens of each window, row by row.</summary>
    private static void Windows(MatrixView x, int side, MatrixView y, int stride, Func<float, float, float> fold)
    {
        int pooled = WindowSide(side, stride);
        int frames = RequireShapes(x, side, y, pooled);
        for (int token = 0; token < y.Rows; token++)
        {
            int frame = token / (pooled * pooled);
            int row = token / pooled % pooled;
            int column = token % pooled;
            int corner = (((frame * side) + (stride * row)) * side) + (stride * column);
            Span<float> target = y.Row(token);
            x.Row(corner).CopyTo(target);
            for (int step = 1; step < stride * stride; step++)
            {
                Span<float> source = x.Row(corner + (step / stride * side) + (step % stride));
                for (int index = 0; index < target.Length; index++)
                {
                    target[index] = fold(target[index], source[index]);
                }
            }
        }
    }

    private static (int Low, int High, float Fraction) Neighbours(int index, float ratio, int side)
    {
        float position = MathF.Max(0f, ((index + 0.5f) * ratio) - 0.5f);
        int low = Math.Min((int)position, side - 1);
        return (low, Math.Min(low + 1, side - 1), position - low);
    }

    private static int RequireShapes(MatrixView x, int side, MatrixView y, int pooled)
    {
        int frames = x.Rows / (side * side);
        x.RequireShape(frames * side * side, x.Columns, nameof(x));
        y.RequireShape(frames * pooled * pooled, x.Columns, nameof(y));
        return frames;
    }
}
