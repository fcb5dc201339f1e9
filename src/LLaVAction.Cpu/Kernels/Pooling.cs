namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Pooling of square grids of tokens by a stride, 2 in every published model: x [frames · side², columns] → y [frames · pooled side², columns], row major
/// within a frame.
/// </summary>
internal static unsafe class Pooling
{
    // Side after bilinear pooling: rounded up (27 → 14).
    public static int BilinearSide(int side, int stride = 2) => (side + stride - 1) / stride;

    // Side after average and max pooling: rounded down, the last rows and columns dropped (27 → 13).
    public static int WindowSide(int side, int stride = 2) => side / stride;

    // Bilinear interpolation to BilinearSide, corners not aligned, no antialiasing.
    public static void Bilinear(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
    {
        RequireShapes(x, side, y, BilinearSide(side, stride));
        var work = new BilinearRows(x, side, BilinearSide(side, stride), y);
        RowWork.Run(context, ref work, y.Rows);
    }

    public static void Average(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
    {
        RequireShapes(x, side, y, WindowSide(side, stride));
        var work = new WindowRows(x, side, stride, y, isMax: false);
        RowWork.Run(context, ref work, y.Rows);
    }

    public static void Max(ComputeContext context, MatrixView x, int side, MatrixView y, int stride = 2)
    {
        RequireShapes(x, side, y, WindowSide(side, stride));
        var work = new WindowRows(x, side, stride, y, isMax: true);
        RowWork.Run(context, ref work, y.Rows);
    }

    private static void RequireShapes(MatrixView x, int side, MatrixView y, int pooled)
    {
        var frames = x.Rows / (side * side);
        x.RequireShape(frames * side * side, x.Columns, nameof(x));
        y.RequireShape(frames * pooled * pooled, x.Columns, nameof(y));
    }

    private readonly struct BilinearRows(MatrixView x, int side, int pooled, MatrixView y) : IRowKernel
    {
        public void Run(int row)
        {
            var origin = row / (pooled * pooled) * side * side;
            (var top, var bottom, var down) = Neighbours(row / pooled % pooled);
            (var left, var right, var across) = Neighbours(row % pooled);
            var topLeft = x.RowPointer(origin + (top * side) + left);
            var topRight = x.RowPointer(origin + (top * side) + right);
            var bottomLeft = x.RowPointer(origin + (bottom * side) + left);
            var bottomRight = x.RowPointer(origin + (bottom * side) + right);
            var target = y.RowPointer(row);
            for (var column = 0; column < y.Columns; column++)
            {
                var upper = ((1f - across) * topLeft[column]) + (across * topRight[column]);
                var lower = ((1f - across) * bottomLeft[column]) + (across * bottomRight[column]);
                target[column] = ((1f - down) * upper) + (down * lower);
            }
        }

        private (int Low, int High, float Fraction) Neighbours(int index)
        {
            var position = MathF.Max(0f, ((index + 0.5f) * ((float)side / pooled)) - 0.5f);
            var low = Math.Min((int)position, side - 1);
            return (low, Math.Min(low + 1, side - 1), position - low);
        }
    }

    private readonly struct WindowRows(MatrixView x, int side, int stride, MatrixView y, bool isMax) : IRowKernel
    {
        public void Run(int row)
        {
            var pooled = WindowSide(side, stride);
            var origin = row / (pooled * pooled) * side * side;
            var corner = origin + (row / pooled % pooled * stride * side) + (row % pooled * stride);
            var target = y.RowPointer(row);
            for (var step = 0; step < stride * stride; step++)
            {
                var source = x.RowPointer(corner + (step / stride * side) + (step % stride));
                for (var column = 0; column < y.Columns; column++)
                {
                    target[column] = step == 0 ? source[column]
                        : isMax ? MathF.Max(target[column], source[column])
                        : target[column] + source[column];
                }
            }

            for (var column = 0; column < y.Columns && !isMax; column++)
            {
                target[column] /= stride * stride;
            }
        }
    }
}
