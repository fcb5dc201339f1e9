namespace LLaVAction.Cpu.Kernels;

/// <summary>One output of a job: a layer (and, for SwiGLU, the layer it is multiplied with) and where its values go.</summary>
internal readonly record struct LinearTarget(DenseLayer Layer, DenseLayer? Up, MatrixView Output)
{
    public int Columns => Layer.Weight.Rows;
}

/// <summary>
/// One call of <see cref="Linear"/>: rows of x packed into slivers of a tile's height, and strips of output columns, which the
/// workers take in turn. A worker packs its strip of the weights block by block and multiplies all slivers with it while
/// the strip is in its cache.
/// </summary>
internal sealed unsafe class LinearJob
{
    public const int StripColumns = 64;

    public const int MostTargets = 4;

    // Rows that run against one packing of a strip: as many as a shared cache holds packed, within reason.
    private const int FewestRows = 256;

    private const int MostRows = 1536;

    private const int PackedLimit = (8 << 20) / sizeof(float);

    private readonly ComputeContext _context;
    private readonly MicroKernel _kernel;
    private readonly LinearTarget[] _targets = new LinearTarget[MostTargets];
    private int _targetCount;
    private int _stripCount;
    private MatrixView _x;
    private Normalization? _normalization;
    private Epilogue _epilogue;
    private int _columns;
    private int _blockSize;
    private int _blockCount;
    private int _sliverCount;
    private int _rowParts;
    private float* _packed;

    // Makes the job of a context; it is used for all its calls.
    public LinearJob(ComputeContext context, MicroKernel kernel)
    {
        _context = context;
        _kernel = kernel;
    }

    private long PanelLength => (long)_kernel.TileColumns * SummationOrder.BlockLimit;

    private long TileLength => (long)_kernel.TileColumns * _kernel.TileRows;

    private long SliverLength => (long)_kernel.TileRows * SummationOrder.BlockLimit;

    public void Run(MatrixView input, ReadOnlySpan<LinearTarget> outputs, Epilogue finish, Normalization? norm)
    {
        _columns = input.Columns;
        _blockSize = SummationOrder.BlockSize(_columns);
        _blockCount = SummationOrder.BlockCount(_columns);
        _normalization = norm;
        _epilogue = finish;
        _targetCount = outputs.Length;
        if (input.Rows == 1 && RowProduct.IsSupported)
        {
            _context.RowJob.Run(input, outputs, finish, norm);
            return;
        }

        var rowLimit = Math.Clamp(PackedLimit / Math.Max(1, _columns), FewestRows, MostRows);
        var parts = Math.Max(1, (input.Rows + rowLimit - 1) / rowLimit);
        var tiles = (input.Rows + _kernel.TileRows - 1) / _kernel.TileRows;
        var partRows = (tiles + parts - 1) / parts * _kernel.TileRows;
        for (var start = 0; start < input.Rows; start += partRows)
        {
            var rows = Math.Min(partRows, input.Rows - start);
            _x = input.SliceRows(start, rows);
            _stripCount = 0;
            for (var index = 0; index < _targetCount; index++)
            {
                _targets[index] = outputs[index] with { Output = outputs[index].Output.SliceRows(start, rows) };
                _stripCount += StripsOf(_targets[index]);
            }

            RunPart();
        }

        Array.Clear(_targets);
        _normalization = null;
    }

    private static int StripWidth(in LinearTarget target) => target.Up is null ? StripColumns : StripColumns / 2;

    private static int StripsOf(in LinearTarget target) => (target.Columns + StripWidth(target) - 1) / StripWidth(target);

    private void RunPart()
    {
        _sliverCount = (_x.Rows + _kernel.TileRows - 1) / _kernel.TileRows;
        _packed = _context.SharedScratch(_blockCount * _sliverCount * SliverLength);

        // Few strips on many workers: rows are shared out too, and a strip is packed once per part.
        _rowParts = Math.Clamp(((4 * _context.Pool.Workers) + _stripCount - 1) / _stripCount, 1, Math.Max(1, _sliverCount / 4));
        long stripPanels = StripColumns / _kernel.TileColumns;
        long stripSlivers = (_sliverCount + _rowParts - 1) / _rowParts;
        _context.ReserveWorkerScratch(Math.Max(_columns, stripPanels * (PanelLength + (stripSlivers * TileLength))));

        var packing = new PackingWork(this);
        if (_sliverCount < 4)
        {
            for (var sliver = 0; sliver < _sliverCount; sliver++)
            {
                packing.Run(sliver, 0);
            }
        }
        else
        {
            _context.Pool.Run(ref packing, _sliverCount);
        }

        var strips = new StripWork(this);
        _context.Pool.Run(ref strips, _stripCount * _rowParts);
    }

    private float* Sliver(int block, int sliver) => _packed + ((((long)block * _sliverCount) + sliver) * SliverLength);

    private int RowsOf(int sliver) => Math.Min(_kernel.TileRows, _x.Rows - (sliver * _kernel.TileRows));

    private void PackSliver(int sliver, int worker)
    {
        var firstRow = sliver * _kernel.TileRows;
        var row = _normalization is null ? null : _context.WorkerScratch(worker);
        for (var index = 0; index < RowsOf(sliver); index++)
        {
            var source = _x.RowPointer(firstRow + index);
            if (_normalization is not null)
            {
                RowMath.Normalize(source, _columns, _normalization, row);
                source = row;
            }

            for (var block = 0; block < _blockCount; block++)
            {
                var start = block * _blockSize;
                var depth = Math.Min(_blockSize, _columns - start);
                var target = Sliver(block, sliver) + (index * SummationOrder.BlockLimit);
                Buffer.MemoryCopy(source + start, target, depth * sizeof(float), depth * sizeof(float));
            }
        }
    }

    private void RunStrip(int piece, int worker)
    {
        var part = piece / _stripCount;
        var strip = piece % _stripCount;
        var index = 0;
        for (; strip >= StripsOf(_targets[index]); index++)
        {
            strip -= StripsOf(_targets[index]);
        }

        var target = _targets[index];
        var firstColumn = strip * StripWidth(target);
        var width = Math.Min(StripWidth(target), target.Columns - firstColumn);
        var panels = (width + _kernel.TileColumns - 1) / _kernel.TileColumns;
        var firstSliver = (int)((long)_sliverCount * part / _rowParts);
        var endSliver = (int)((long)_sliverCount * (part + 1) / _rowParts);
        Multiply(target, firstColumn, width, panels, firstSliver, endSliver, worker);
    }

    private void Multiply(in LinearTarget target, int firstColumn, int width, int panels, int firstSliver, int endSliver, int worker)
    {
        var panelCount = target.Up is null ? panels : 2 * panels;
        var slivers = endSliver - firstSliver;
        var panelLength = PanelLength;
        var tileLength = TileLength;
        var panelScratch = _context.WorkerScratch(worker);
        var tiles = panelScratch + (panelCount * panelLength);
        Fetch(target, firstColumn, 0, 0, width);
        for (var block = 0; block < _blockCount; block++)
        {
            var start = block * _blockSize;
            var depth = Math.Min(_blockSize, _columns - start);
            for (var panel = 0; panel < panelCount; panel++)
            {
                var weight = panel < panels ? target.Layer.Weight : target.Up!.Weight;
                var row = firstColumn + (panel % panels * _kernel.TileColumns);
                WeightPacking.Pack(weight, row, _kernel.TileColumns, start, depth, panelScratch + (panel * panelLength));
            }

            var tile = tiles;
            for (var sliver = firstSliver; sliver < endSliver; sliver++)
            {
                var a = Sliver(block, sliver);
                var rows = RowsOf(sliver);
                var done = sliver - firstSliver;
                Fetch(target, firstColumn, block + 1, width * done / slivers, width * (done + 1) / slivers);
                for (var panel = 0; panel < panelCount; panel++, tile += tileLength)
                {
                    _kernel.Multiply(a, panelScratch + (panel * panelLength), depth, tile, rows, block == 0);
                }
            }
        }

        Finish(target, firstColumn, width, panels, firstSliver, endSliver, tiles);
    }

    // Asks for what some outputs of a strip will need of a block, so that packing finds it in the cache.
    private void Fetch(in LinearTarget target, int firstColumn, int block, int from, int to)
    {
        if (block < _blockCount)
        {
            var start = block * _blockSize;
            var depth = Math.Min(_blockSize, _columns - start);
            WeightPacking.Fetch(target.Layer.Weight, firstColumn + from, to - from, start, depth);
            if (target.Up is not null)
            {
                WeightPacking.Fetch(target.Up.Weight, firstColumn + from, to - from, start, depth);
            }
        }
    }

    private void Finish(in LinearTarget target, int firstColumn, int width, int panels, int firstSliver, int endSliver, float* tiles)
    {
        var tileLength = TileLength;
        fixed (float* layerBias = target.Layer.Bias, upLayerBias = target.Up?.Bias)
        {
            for (var sliver = firstSliver; sliver < endSliver; sliver++)
            {
                var rows = RowsOf(sliver);
                var y = target.Output.RowPointer(sliver * _kernel.TileRows) + firstColumn;
                for (var panel = 0; panel < panels; panel++)
                {
                    var offset = panel * _kernel.TileColumns;
                    var valid = Math.Min(_kernel.TileColumns, width - offset);
                    var bias = layerBias is null ? null : layerBias + firstColumn + offset;
                    var tile = tiles + (panel * tileLength);
                    if (target.Up is null)
                    {
                        TileEpilogue.Finish(tile, _kernel.TileColumns, rows, valid, bias, y + offset, target.Output.Stride, _epilogue);
                    }
                    else
                    {
                        var upBias = upLayerBias is null ? null : upLayerBias + firstColumn + offset;
                        var up = tile + (panels * tileLength);
                        TileEpilogue.FinishSwiGlu(tile, up, _kernel.TileColumns, rows, valid, bias, upBias, y + offset, target.Output.Stride);
                    }
                }

                tiles += (target.Up is null ? panels : 2 * panels) * tileLength;
            }
        }
    }

    private readonly struct PackingWork(LinearJob job) : IParallelWork
    {
        public void Run(int piece, int worker) => job.PackSliver(piece, worker);
    }

    private readonly struct StripWork(LinearJob job) : IParallelWork
    {
        public void Run(int piece, int worker) => job.RunStrip(piece, worker);
    }
}
