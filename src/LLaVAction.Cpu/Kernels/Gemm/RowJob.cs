namespace LLaVAction.Cpu.Kernels.Gemm;

/// <summary>A call of <see cref="Linear"/> with one row, as in decoding: workers take runs of output features and read the
/// weights once, in the order they lie.</summary>
internal sealed unsafe class RowJob
{
    private const int Outputs = RowProduct.Outputs;
    private const int ManyPanels = 256;

    private readonly ComputeContext context;
    private readonly LinearTarget[] targets = new LinearTarget[LinearJob.MostTargets];
    private int panelCount;
    private int panelsPerPiece;
    private Epilogue epilogue;
    private float* row;

    /// <summary>Makes the job of a context; it is used for all its calls.</summary>
    public RowJob(ComputeContext context) => this.context = context;

    /// <summary>Runs the call.</summary>
    public void Run(MatrixView x, ReadOnlySpan<LinearTarget> outputs, Epilogue finish, Normalization? normalization)
    {
        outputs.CopyTo(targets);
        epilogue = finish;
        row = x.Pointer;
        if (normalization is not null)
        {
            row = context.SharedScratch(x.Columns);
            RowMath.Normalize(x.Pointer, x.Columns, normalization, row);
        }

        panelCount = 0;
        foreach (LinearTarget target in outputs)
        {
            panelCount += PanelsOf(target);
        }

        context.ReserveWorkerScratch((2L * Outputs) + ((long)Outputs * SummationOrder.BlockLimit));

        // Few and long: a run's first rows are the ones that nothing has fetched ahead.
        int pieces = Math.Min(panelCount, (panelCount < ManyPanels ? 1 : 4) * context.Pool.Workers);
        panelsPerPiece = (panelCount + pieces - 1) / pieces;
        var work = new PanelWork(this);
        context.Pool.Run(ref work, (panelCount + panelsPerPiece - 1) / panelsPerPiece);
        Array.Clear(targets);
    }

    private static int PanelsOf(in LinearTarget target) => (target.Columns + Outputs - 1) / Outputs;

    private void RunPiece(int piece, int worker)
    {
        int end = Math.Min(panelCount, (piece + 1) * panelsPerPiece);
        for (int panel = piece * panelsPerPiece; panel < end; panel++)
        {
            int local = panel;
            int index = 0;
            for (; local >= PanelsOf(targets[index]); index++)
            {
                local -= PanelsOf(targets[index]);
            }

            if (panel == piece * panelsPerPiece || local == 0)
            {
                RowProduct.FetchFirst(targets[index].Layer.Weight, local * Outputs);
            }

            RunPanel(targets[index], local * Outputs, context.WorkerScratch(worker));
        }
    }

    private void RunPanel(in LinearTarget target, int firstColumn, float* scratch)
    {
        float* up = scratch + Outputs;
        float* panel = scratch + (2 * Outputs);
        int count = Math.Min(Outputs, target.Columns - firstColumn);
        Multiply(target.Layer.Weight, firstColumn, count, scratch, panel);
        float* y = target.Output.Pointer + firstColumn;
        fixed (float* bias = target.Layer.Bias, upBias = target.Up?.Bias)
        {
            float* first = bias is null ? null : bias + firstColumn;
            if (target.Up is null)
            {
                TileEpilogue.Finish(scratch, Outputs, 1, count, first, y, 0, epilogue);
                return;
            }

            Multiply(target.Up.Weight, firstColumn, count, up, panel);
            float* second = upBias is null ? null : upBias + firstColumn;
            TileEpilogue.FinishSwiGlu(scratch, up, Outputs, 1, count, first, second, y, 0);
        }
    }

    /// <summary>Where fewer than 32 outputs are left, the weights are packed as for many rows: same sums, other road.</summary>
    private void Multiply(WeightMatrix weight, int firstRow, int count, float* sums, float* panel)
    {
        if (count == Outputs)
        {
            RowProduct.Multiply(weight, firstRow, row, sums);
            return;
        }

        int blockSize = SummationOrder.BlockSize(weight.Columns);
        for (int start = 0; start < weight.Columns; start += blockSize)
        {
            int depth = Math.Min(blockSize, weight.Columns - start);
            WeightPacking.Pack(weight, firstRow, Outputs, start, depth, panel);
            for (int output = 0; output < count; output++)
            {
                float sum = 0f;
                for (int k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(row[start + k], panel[(k * Outputs) + output], sum);
                }

                sums[output] = start == 0 ? sum : sums[output] + sum;
            }
        }
    }

    private readonly struct PanelWork(RowJob job) : IParallelWork
    {
        public void Run(int piece, int worker) => job.RunPiece(piece, worker);
    }
}
