namespace LLaVAction.Cpu.Kernels;

/// <summary>Work on one row that touches no other row of its output.</summary>
internal interface IRowKernel
{
    void Run(int row);
}

/// <summary>Shares out rows in pieces that are worth a worker's while.</summary>
internal static class RowWork
{
    private const int RowsPerPiece = 16;

    // Runs kernel for rows 0 to rows − 1.
    public static void Run<TKernel>(ComputeContext context, ref TKernel kernel, int rows)
        where TKernel : struct, IRowKernel
    {
        var work = new Pieces<TKernel>(kernel, rows);
        context.Pool.Run(ref work, (rows + RowsPerPiece - 1) / RowsPerPiece);
    }

    private struct Pieces<TKernel>(TKernel kernel, int rows) : IParallelWork
        where TKernel : struct, IRowKernel
    {
        public void Run(int piece, int worker)
        {
            var end = Math.Min(rows, (piece + 1) * RowsPerPiece);
            for (var row = piece * RowsPerPiece; row < end; row++)
            {
                kernel.Run(row);
            }
        }
    }
}
