namespace LLaVAction.Cpu.Kernels;

/// <summary>Kernels that treat the rows of a matrix one by one.</summary>
internal static unsafe class RowKernels
{
    // LayerNorm or RMSNorm of every row; y may be x.
    public static void Normalize(ComputeContext context, MatrixView x, Normalization normalization, MatrixView y)
    {
        x.RequireShape(x.Rows, normalization.Scale.Length, nameof(x));
        y.RequireShape(x.Rows, x.Columns, nameof(y));
        var work = new NormalizeRows(x, normalization, y);
        RowWork.Run(context, ref work, x.Rows);
    }

    // x += addend, row by row; where addend has fewer rows it starts again (position embeddings).
    public static void Add(ComputeContext context, MatrixView x, MatrixView addend)
    {
        addend.RequireShape(addend.Rows, x.Columns, nameof(addend));
        var work = new AddRows(x, addend);
        RowWork.Run(context, ref work, x.Rows);
    }

    // Looks up rows of an embedding table: y[i] = table[ids[i]].
    public static void Embed(WeightMatrix table, ReadOnlySpan<int> ids, MatrixView y)
    {
        y.RequireShape(ids.Length, table.Columns, nameof(y));
        for (var index = 0; index < ids.Length; index++)
        {
            table.ReadRow(ids[index], y.Row(index));
        }
    }

    // The index of the largest value; the first of equals.
    public static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var index = 1; index < values.Length; index++)
        {
            if (values[index] > values[best])
            {
                best = index;
            }
        }

        return best;
    }

    // The logarithm of the sum of exponentials, in float64: log-probability of i = values[i] − this.
    public static double LogSumExp(ReadOnlySpan<float> values)
    {
        double highest = values[ArgMax(values)];
        double sum = 0;
        foreach (var value in values)
        {
            sum += Math.Exp(value - highest);
        }

        return highest + Math.Log(sum);
    }

    private readonly struct NormalizeRows(MatrixView x, Normalization normalization, MatrixView y) : IRowKernel
    {
        public void Run(int row) => RowMath.Normalize(x.RowPointer(row), x.Columns, normalization, y.RowPointer(row));
    }

    private readonly struct AddRows(MatrixView x, MatrixView addend) : IRowKernel
    {
        public void Run(int row) => RowMath.Add(x.RowPointer(row), addend.RowPointer(row % addend.Rows), x.Columns);
    }
}
