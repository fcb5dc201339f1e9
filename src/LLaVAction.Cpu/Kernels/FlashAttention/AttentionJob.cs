using LLaVAction.Cpu.Kernels.Gemm;

namespace LLaVAction.Cpu.Kernels.FlashAttention;

/// <summary>
/// One call of <see cref="Attention"/>. Queries that share a key-value head are rows of one product: row r of a head's rows is
/// query r / group of head r mod group. A worker takes some rows and walks over the blocks of keys: scores, online softmax,
/// weighted values, all of them in its nearest caches.
/// </summary>
internal sealed unsafe class AttentionJob
{
    /// <summary>Rows a worker takes at once; a multiple of every tile's rows.</summary>
    private const int RowsPerPiece = 48;

    private const int KeyBlock = SummationOrder.KeyBlock;
    private const int RowStride = SummationOrder.BlockLimit;

    private readonly ComputeContext context;
    private readonly PackedKeyValues packed = new();
    private readonly MicroKernel scoreKernel;
    private MicroKernel valueKernel;
    private AttentionShape shape = new(1, 1, 1, 1f);
    private MatrixView queries;
    private MatrixView output;
    private int firstPosition;
    private bool isCausal;
    private int piecesPerHead;
    private int rowsPerHead;

    /// <summary>Makes the job of a context; it is used for all its calls.</summary>
    public AttentionJob(ComputeContext context, MicroKernel kernel)
    {
        this.context = context;
        scoreKernel = kernel;
        valueKernel = kernel;
    }

    private int Group => shape.Heads / shape.KeyValueHeads;

    private int ScoreTileLength => scoreKernel.TileRows * scoreKernel.TileColumns;

    private int ValueTileLength => valueKernel.TileRows * valueKernel.TileColumns;

    /// <summary>Runs the call; every query sees all keys unless <paramref name="causal"/>.</summary>
    public void Run(AttentionShape heads, MatrixView q, KeyValueSegment prefix, KeyValueSegment suffix, bool causal, MatrixView result)
    {
        if (heads.HeadSize > RowStride)
        {
            throw new ArgumentException($"Heads of {heads.HeadSize} columns; at most {RowStride} are supported.", nameof(heads));
        }

        shape = heads;
        queries = q;
        output = result;
        isCausal = causal;
        firstPosition = prefix.Length + suffix.Length - q.Rows;
        valueKernel = ChooseValueKernel(scoreKernel, heads.HeadSize);
        packed.Describe(scoreKernel, valueKernel, heads.HeadSize, prefix, suffix);
        packed.Place(context.SharedScratch(packed.ScratchLength(heads.KeyValueHeads)));
        context.ReserveWorkerScratch(Layout.Of(this).Length);
        var packing = new PackingWork(this);
        context.Pool.Run(ref packing, heads.KeyValueHeads * packed.BlockCount);

        rowsPerHead = q.Rows * Group;
        piecesPerHead = (rowsPerHead + RowsPerPiece - 1) / RowsPerPiece;
        var rows = new RowsWork(this);
        context.Pool.Run(ref rows, heads.KeyValueHeads * piecesPerHead);
    }

    /// <summary>One wide tile where narrow ones would be a sixth zeros or more: heads of 72 columns take 3 × 32, but 1 × 80.</summary>
    private static MicroKernel ChooseValueKernel(MicroKernel kernel, int headSize)
    {
        MicroKernel wide = MicroKernel.Wide;
        return kernel is Vector512MicroKernel && PaddedSize(wide) * 6 <= PaddedSize(kernel) * 5 ? wide : kernel;

        int PaddedSize(MicroKernel candidate) => (headSize + candidate.TileColumns - 1) / candidate.TileColumns * candidate.TileColumns;
    }

    private void PackBlock(int piece, int worker)
        => packed.Pack(piece / packed.BlockCount, piece % packed.BlockCount, context.WorkerScratch(worker));

    private void RunRows(int piece, int worker)
    {
        int head = piece / piecesPerHead;

        // The last rows see most keys: they start first, so that no worker is left with a long one at the end.
        int firstRow = (piecesPerHead - 1 - (piece % piecesPerHead)) * RowsPerPiece;
        int rows = Math.Min(RowsPerPiece, rowsPerHead - firstRow);
        Layout layout = Layout.Of(this);
        float* scratch = context.WorkerScratch(worker);
        PackQueries(head, firstRow, rows, scratch + layout.Queries);
        new Span<float>(scratch + layout.Highest, RowsPerPiece).Fill(float.NegativeInfinity);
        new Span<float>(scratch + layout.Totals, RowsPerPiece).Clear();
        int lastVisible = Visible(firstRow + rows - 1);
        for (int block = 0; block * KeyBlock < lastVisible; block++)
        {
            for (int row = 0; row < rows; row += scoreKernel.TileRows)
            {
                int count = Math.Min(scoreKernel.TileRows, rows - row);
                int depth = Math.Min(KeyBlock, Visible(firstRow + row + count - 1) - (block * KeyBlock));
                if (depth > 0)
                {
                    RunTile(head, block, firstRow, row, count, depth, scratch, layout);
                }
            }
        }

        WriteOutput(head, firstRow, rows, scratch, layout);
    }

    /// <summary>Keys that a row of a head sees.</summary>
    private int Visible(int row) => isCausal ? firstPosition + (row / Group) + 1 : packed.Length;

    private void RunTile(int head, int block, int firstRow, int row, int count, int depth, float* scratch, in Layout layout)
    {
        int width = scoreKernel.TileColumns;
        float* keys = packed.Keys(head, block);
        float* scores = scratch + layout.Scores;
        float* tile = scores;
        for (int column = 0; column < depth; column += width)
        {
            scoreKernel.Multiply(scratch + layout.Queries + (row * RowStride), keys, shape.HeadSize, tile, count, isFirst: true);
            keys += packed.KeyPanelLength;
            tile += ScoreTileLength;
        }

        float* weights = scratch + layout.Weights;
        float* results = scratch + layout.Results + ((long)row / valueKernel.TileRows * packed.ValuePanels * ValueTileLength);
        for (int index = 0; index < count; index++)
        {
            int visible = Math.Clamp(Visible(firstRow + row + index) - (block * KeyBlock), 0, depth);
            float fade = OnlineSoftmax.Step16(
                scores + (index * width),
                width,
                ScoreTileLength,
                visible,
                depth,
                shape.Scale,
                weights + (index * RowStride),
                ref scratch[layout.Highest + row + index],
                ref scratch[layout.Totals + row + index]);
            if (fade != 1f && block > 0)
            {
                Fade(results, index, fade);
            }
        }

        for (int start = 0; start < count; start += valueKernel.TileRows)
        {
            float* values = packed.Values(head, block);
            int tileRows = Math.Min(valueKernel.TileRows, count - start);
            for (int panel = 0; panel < packed.ValuePanels; panel++)
            {
                valueKernel.Multiply(weights + (start * RowStride), values, depth, results, tileRows, isFirst: block == 0);
                values += packed.ValuePanelLength;
                results += ValueTileLength;
            }
        }
    }

    private void Fade(float* results, int row, float fade)
    {
        int width = valueKernel.TileColumns;
        float* tile = results
            + ((long)row / valueKernel.TileRows * packed.ValuePanels * ValueTileLength)
            + (row % valueKernel.TileRows * width);
        for (int panel = 0; panel < packed.ValuePanels; panel++, tile += ValueTileLength)
        {
            RowMath.Scale(tile, width, fade, tile);
        }
    }

    private void PackQueries(int head, int firstRow, int rows, float* target)
    {
        for (int row = 0; row < rows; row++, target += RowStride)
        {
            int column = ((head * Group) + ((firstRow + row) % Group)) * shape.HeadSize;
            float* source = queries.RowPointer((firstRow + row) / Group) + column;
            new ReadOnlySpan<float>(source, shape.HeadSize).CopyTo(new Span<float>(target, shape.HeadSize));
        }
    }

    private void WriteOutput(int head, int firstRow, int rows, float* scratch, in Layout layout)
    {
        int width = valueKernel.TileColumns;
        for (int row = 0; row < rows; row++)
        {
            int column = ((head * Group) + ((firstRow + row) % Group)) * shape.HeadSize;
            float* target = output.RowPointer((firstRow + row) / Group) + column;
            float factor = 1f / scratch[layout.Totals + row];
            float* tile = scratch + layout.Results
                + ((long)row / valueKernel.TileRows * packed.ValuePanels * ValueTileLength)
                + (row % valueKernel.TileRows * width);
            for (int done = 0; done < shape.HeadSize; done += width, tile += ValueTileLength)
            {
                RowMath.Scale(tile, Math.Min(width, shape.HeadSize - done), factor, target + done);
            }
        }
    }

    private readonly struct PackingWork(AttentionJob job) : IParallelWork
    {
        public void Run(int piece, int worker) => job.PackBlock(piece, worker);
    }

    private readonly struct RowsWork(AttentionJob job) : IParallelWork
    {
        public void Run(int piece, int worker) => job.RunRows(piece, worker);
    }

    /// <summary>Where a worker keeps what, as offsets into its scratch.</summary>
    private readonly record struct Layout(int Queries, int Scores, int Weights, int Results, int Highest, int Totals, int Length)
    {
        public static Layout Of(AttentionJob job)
        {
            int scores = RowsPerPiece * RowStride;
            int weights = scores + (job.scoreKernel.TileRows * (KeyBlock + job.scoreKernel.TileColumns));
            int results = weights + (job.scoreKernel.TileRows * RowStride);
            int highest = results + (RowsPerPiece / job.valueKernel.TileRows * job.packed.ValuePanels * job.ValueTileLength);
            return new Layout(0, scores, weights, results, highest, highest + RowsPerPiece, highest + (2 * RowsPerPiece));
        }
    }
}
