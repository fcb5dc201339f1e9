namespace LLaVAction.Embedded.Kernels;

/// <summary>
/// Stride-2 pooling of square grids of tokens: x [frames · side², columns] → y [frames · pooled side², columns], row major
/// within a frame.
/// </summary>
internal static class Pooling
{
    /// <summary>Side after bilinear pooling: rounded up (27 → 14).</summary>
    public static int BilinearSide(int side) => (side + 1) / 2;

    /// <summary>Side after average and max pooling: rounded down, the odd last row and column dropped (27 → 13).</summary>
    public static int WindowSide(int side) => side / 2;

    /// <summary>Bilinear interpolation to <see cref="BilinearSide"/>, pixel centres aligned, no antialiasing.</summary>
    public static void Bilinear(ComputeContext context, MatrixView x, int side, MatrixView y)
    {
        int pooled = BilinearSide(side);
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

    /// <summary>The mean of each 2×2 window.</summary>
    public static void Average(ComputeContext context, MatrixView x, int side, MatrixView y)
        => Windows(x, side, y, static (a, b, c, d) => (a + b + c + d) * 0.25f);

    /// <summary>The largest value of each 2×2 window, column by column.</summary>
    public static void Max(ComputeContext context, MatrixView x, int side, MatrixView y)
        => Windows(x, side, y, static (a, b, c, d) => MathF.Max(MathF.Max(a, b), MathF.Max(c, d)));

    private static void Windows(MatrixView x, int side, MatrixView y, Func<float, float, float, float, float> combine)
    {
        int pooled = WindowSide(side);
        int frames = RequireShapes(x, side, y, pooled);
        for (int frame = 0; frame < frames; frame++)
        {
            for (int row = 0; row < pooled; row++)
            {
                for (int column = 0; column < pooled; column++)
                {
                    int corner = (((frame * side) + (2 * row)) * side) + (2 * column);
                    Span<float> a = x.Row(corner);
                    Span<float> b = x.Row(corner + 1);
                    Span<float> c = x.Row(corner + side);
                    Span<float> d = x.Row(corner + side + 1);
                    Span<float> target = y.Row((((frame * pooled) + row) * pooled) + column);
                    for (int index = 0; index < target.Length; index++)
                    {
                        target[index] = combine(a[index], b[index], c[index], d[index]);
                    }
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
