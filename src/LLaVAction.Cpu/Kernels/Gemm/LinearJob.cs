namespace LLaVAction.Cpu.Kernels.Gemm;

/// <summary>One output of a job: a layer (and, for SwiGLU, the layer it is multiplied with) and where its values go.</summary>
internal readonly record struct LinearTarget(DenseLayer Layer, DenseLayer? Up, MatrixView Output)
{
    /// <summary>Output features.</summary>
    public int Columns => Layer.Weight.Rows;
}

/// <summary>
/// One call of <see cref="Linear"/>: rows of x packed into slivers of a tile's height, and strips of output columns, which the
/// workers take in turn. A worker packs its strip of the weights block by block and multiplies all slivers with it while
/// the strip is in its cache.
/// </summary>
internal sealed unsafe class LinearJob
{
    /// <summary>Output columns of one strip.</summary>
    public const int StripColumns = 64;

    /// <summary>Most outputs of one call.</summary>
    public const int MostTargets = 4;

    /// <summary>Rows that run against one packing of a strip: as many as a shared cache holds packed, within reason.</summary>
    private const int FewestRows = 256;

    private const int MostRows = 1536;

    private const int PackedLimit = (8 << 20) / sizeof(float);

    private readonly ComputeContext context;
    private readonly MicroKernel kernel;
    private readonly LinearTarget[] targets = new LinearTarget[MostTargets];
    private int targetCount;
    private int stripCount;
    private MatrixView x;
    private Normalization? normalization;
    private Epilogue epilogue;
    private int columns;
    private int blockSize;
    private int blockCount;
    private int sliverCount;
    private int rowParts;
    private float* packed;

    /// <summary>Makes the job of a context; it is used for all its calls.</summary>
    public LinearJob(ComputeContext context, MicroKernel kernel)
    {
        this.context = context;
        this.kernel = kernel;
    }

    private long PanelLength => (long)kernel.TileColumns * SummationOrder.BlockLimit;

    private long TileLength => (long)kernel.TileColumns * kernel.TileRows;

    private long SliverLength => (long)kernel.TileRows * SummationOrder.BlockLimit;

    /// <summary>Runs the call.</summary>
    public void Run(MatrixView input, ReadOnlySpan<LinearTarget> outputs, Epilogue finish, Normalization? norm)
    {
        columns = input.Columns;
        blockSize = SummationOrder.BlockSize(columns);
        blockCount = SummationOrder.BlockCount(columns);
        normalization = norm;
        epilogue = finish;
        targetCount = outputs.Length;
        if (input.Rows == 1 && RowProduct.IsSupported)
        {
            context.RowJob.Run(input, outputs, finish, norm);
            return;
        }

        int rowLimit = Math.Clamp(PackedLimit / Math.Max(1, columns), FewestRows, MostRows);
        int parts = Math.Max(1, (input.Rows + rowLimit - 1) / rowLimit);
        int tiles = (input.Rows + kernel.TileRows - 1) / kernel.TileRows;
        int partRows = (tiles + parts - 1) / parts * kernel.TileRows;
        for (int start = 0; start < input.Rows; start += partRows)
        {
            int rows = Math.Min(partRows, input.Rows - start);
            x = input.SliceRows(start, rows);
            stripCount = 0;
            for (int index = 0; index < targetCount; index++)
            {
                targets[index] = outputs[index] with { Output = outputs[index].Output.SliceRows(start, rows) };
                stripCount += StripsOf(targets[index]);
            }

            RunPart();
        }

        Array.Clear(targets);
        normalization = null;
    }

    private static int StripWidth(in LinearTarget target) => target.Up is null ? StripColumns : StripColumns / 2;

    private static int StripsOf(in LinearTarget target) => (target.Columns + StripWidth(target) - 1) / StripWidth(target);

    private void RunPart()
    {
        sliverCount = (x.Rows + kernel.TileRows - 1) / kernel.TileRows;
        packed = context.SharedScratch(blockCount * sliverCount * SliverLength);

        // Few strips on many workers: rows are shared out too, and a strip is packed once per part.
        rowParts = Math.Clamp(((4 * context.Pool.Workers) + stripCount - 1) / stripCount, 1, Math.Max(1, sliverCount / 4));
        long stripPanels = StripColumns / kernel.TileColumns;
        long stripSlivers = (sliverCount + rowParts - 1) / rowParts;
        context.ReserveWorkerScratch(Math.Max(columns, stripPanels * (PanelLength + (stripSlivers * TileLength))));

        var packing = new PackingWork(this);
        if (sliverCount < 4)
        {
            for (int sliver = 0; sliver < sliverCount; sliver++)
            {
                packing.Run(sliver, 0);
            }
        }
        else
        {
            context.Pool.Run(ref packing, sliverCount);
        }

        var strips = new StripWork(this);
        context.Pool.Run(ref strips, stripCount * rowParts);
    }

    private float* Sliver(int block, int sliver) => packed + ((((long)block * sliverCount) + sliver) * SliverLength);

    private int RowsOf(int sliver) => Math.Min(kernel.TileRows, x.Rows - (sliver * kernel.TileRows));

    private void PackSliver(int sliver, int worker)
    {
        int firstRow = sliver * kernel.TileRows;
        float* row = normalization is null ? null : context.WorkerScratch(worker);
        for (int index = 0; index < RowsOf(sliver); index++)
        {
            float* source = x.RowPointer(firstRow + index);
            if (normalization is not null)
            {
                RowMath.Normalize(source, columns, normalization, row);
                source = row;
            }

            for (int block = 0; block < blockCount; block++)
            {
                int start = block * blockSize;
                int depth = Math.Min(blockSize, columns - start);
                float* target = Sliver(block, sliver) + (index * SummationOrder.BlockLimit);
                Buffer.MemoryCopy(source + start, target, depth * sizeof(float), depth * sizeof(float));
            }
        }
    }

    private void RunStrip(int piece, int worker)
    {
        int part = piece / stripCount;
        int strip = piece % stripCount;
        int index = 0;
        for (; strip >= StripsOf(targets[index]); index++)
        {
            strip -= StripsOf(targets[index]);
        }

        LinearTarget target = targets[index];
        int firstColumn = strip * StripWidth(target);
        int width = Math.Min(StripWidth(target), target.Columns - firstColumn);
        int panels = (width + kernel.TileColumns - 1) / kernel.TileColumns;
        int firstSliver = (int)((long)sliverCount * part / rowParts);
        int endSliver = (int)((long)sliverCount * (part + 1) / rowParts);
        Multiply(target, firstColumn, width, panels, firstSliver, endSliver, worker);
    }

    private void Multiply(in LinearTarget target, int firstColumn, int width, int panels, int firstSliver, int endSliver, int worker)
    {
        int panelCount = target.Up is null ? panels : 2 * panels;
        int slivers = endSliver - firstSliver;
        long panelLength = PanelLength;
        long tileLength = TileLength;
        float* panelScratch = context.WorkerScratch(worker);
        float* tiles = panelScratch + (panelCount * panelLength);
        Fetch(target, firstColumn, 0, 0, width);
        for (int block = 0; block < blockCount; block++)
        {
            int start = block * blockSize;
            int depth = Math.Min(blockSize, columns - start);
            for (int panel = 0; panel < panelCount; panel++)
            {
                WeightMatrix weight = panel < panels ? target.Layer.Weight : target.Up!.Weight;
                int row = firstColumn + (panel % panels * kernel.TileColumns);
                WeightPacking.Pack(weight, row, kernel.TileColumns, start, depth, panelScratch + (panel * panelLength));
            }

            float* tile = tiles;
            for (int sliver = firstSliver; sliver < endSliver; sliver++)
            {
                float* a = Sliver(block, sliver);
                int rows = RowsOf(sliver);
                int done = sliver - firstSliver;
                Fetch(target, firstColumn, block + 1, width * done / slivers, width * (done + 1) / slivers);
                for (int panel = 0; panel < panelCount; panel++, tile += tileLength)
                {
                    kernel.Multiply(a, panelScratch + (panel * panelLength), depth, tile, rows, block == 0);
                }
            }
        }

        Finish(target, firstColumn, width, panels, firstSliver, endSliver, tiles);
    }

    /// <summary>Asks for what some outputs of a strip will need of a block, so that packing finds it in the cache.</summary>
    private void Fetch(in LinearTarget target, int firstColumn, int block, int from, int to)
    {
        if (block < blockCount)
        {
            int start = block * blockSize;
            int depth = Math.Min(blockSize, columns - start);
            WeightPacking.Fetch(target.Layer.Weight, firstColumn + from, to - from, start, depth);
            if (target.Up is not null)
            {
                WeightPacking.Fetch(target.Up.Weight, firstColumn + from, to - from, start, depth);
            }
        }
    }

    private void Finish(in LinearTarget target, int firstColumn, int width, int panels, int firstSliver, int endSliver, float* tiles)
    {
        long tileLength = TileLength;
        fixed (float* layerBias = target.Layer.Bias, upLayerBias = target.Up?.Bias)
        {
            for (int sliver = firstSliver; sliver < endSliver; sliver++)
            {
                int rows = RowsOf(sliver);
                float* y = target.Output.RowPointer(sliver * kernel.TileRows) + firstColumn;
                for (int panel = 0; panel < panels; panel++)
                {
                    int offset = panel * kernel.TileColumns;
                    int valid = Math.Min(kernel.TileColumns, width - offset);
                    float* bias = layerBias is null ? null : layerBias + firstColumn + offset;
                    float* tile = tiles + (panel * tileLength);
                    if (target.Up is null)
                    {
                        TileEpilogue.Finish(tile, kernel.TileColumns, rows, valid, bias, y + offset, target.Output.Stride, epilogue);
                    }
                    else
                    {
                        float* upBias = upLayerBias is null ? null : upLayerBias + firstColumn + offset;
                        float* up = tile + (panels * tileLength);
                        TileEpilogue.FinishSwiGlu(tile, up, kernel.TileColumns, rows, valid, bias, upBias, y + offset, target.Output.Stride);
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
