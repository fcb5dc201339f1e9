namespace LLaVAction.Cpu.Kernels;

/// <summary>A call of <see cref="Linear"/> with one row, as in decoding: workers take runs of output features and read the
/// weights once, in the order they lie.</summary>
internal sealed unsafe class RowJob
{
    private const int Outputs = RowProduct.Outputs;
    private const int ManyPanels = 256;

    private readonly ComputeContext _context;
    private readonly LinearTarget[] _targets = new LinearTarget[LinearJob.MostTargets];
    private int _panelCount;
    private int _panelsPerPiece;
    private Epilogue _epilogue;
    private float* _row;

    // Makes the job of a context; it is used for all its calls.
    public RowJob(ComputeContext context) => _context = context;

    public void Run(MatrixView x, ReadOnlySpan<LinearTarget> outputs, Epilogue finish, Normalization? normalization)
    {
        outputs.CopyTo(_targets);
        _epilogue = finish;
        _row = x.Pointer;
        if (normalization is not null)
        {
            _row = _context.SharedScratch(x.Columns);
            RowMath.Normalize(x.Pointer, x.Columns, normalization, _row);
        }

        _panelCount = 0;
        foreach (var target in outputs)
        {
            _panelCount += PanelsOf(target);
        }

        _context.ReserveWorkerScratch((2L * Outputs) + ((long)Outputs * SummationOrder.BlockLimit));

        // Few and long: a run's first rows are the ones that nothing has fetched ahead.
        var pieces = Math.Min(_panelCount, (_panelCount < ManyPanels ? 1 : 4) * _context.Pool.Workers);
        _panelsPerPiece = (_panelCount + pieces - 1) / pieces;
        var work = new PanelWork(this);
        _context.Pool.Run(ref work, (_panelCount + _panelsPerPiece - 1) / _panelsPerPiece);
        Array.Clear(_targets);
    }

    private static int PanelsOf(in LinearTarget target) => (target.Columns + Outputs - 1) / Outputs;

    private void RunPiece(int piece, int worker)
    {
        var end = Math.Min(_panelCount, (piece + 1) * _panelsPerPiece);
        for (var panel = piece * _panelsPerPiece; panel < end; panel++)
        {
            var local = panel;
            var index = 0;
            for (; local >= PanelsOf(_targets[index]); index++)
            {
                local -= PanelsOf(_targets[index]);
            }

            if (panel == piece * _panelsPerPiece || local == 0)
            {
                RowProduct.FetchFirst(_targets[index].Layer.Weight, local * Outputs);
            }

            RunPanel(_targets[index], local * Outputs, _context.WorkerScratch(worker));
        }
    }

    private void RunPanel(in LinearTarget target, int firstColumn, float* scratch)
    {
        var up = scratch + Outputs;
        var panel = scratch + (2 * Outputs);
        var count = Math.Min(Outputs, target.Columns - firstColumn);
        Multiply(target.Layer.Weight, firstColumn, count, scratch, panel);
        var y = target.Output.Pointer + firstColumn;
        fixed (float* bias = target.Layer.Bias, upBias = target.Up?.Bias)
        {
            var first = bias is null ? null : bias + firstColumn;
            if (target.Up is null)
            {
                TileEpilogue.Finish(scratch, Outputs, 1, count, first, y, 0, _epilogue);
                return;
            }

            Multiply(target.Up.Weight, firstColumn, count, up, panel);
            var second = upBias is null ? null : upBias + firstColumn;
            TileEpilogue.FinishSwiGlu(scratch, up, Outputs, 1, count, first, second, y, 0);
        }
    }

    // Where fewer than 32 outputs are left, the weights are packed as for many rows: same sums, other road.
    private void Multiply(WeightMatrix weight, int firstRow, int count, float* sums, float* panel)
    {
        if (count == Outputs)
        {
            RowProduct.Multiply(weight, firstRow, _row, sums);
            return;
        }

        var blockSize = SummationOrder.BlockSize(weight.Columns);
        for (var start = 0; start < weight.Columns; start += blockSize)
        {
            var depth = Math.Min(blockSize, weight.Columns - start);
            WeightPacking.Pack(weight, firstRow, Outputs, start, depth, panel);
            for (var output = 0; output < count; output++)
            {
                var sum = 0f;
                for (var k = 0; k < depth; k++)
                {
                    sum = MathF.FusedMultiplyAdd(_row[start + k], panel[(k * Outputs) + output], sum);
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
