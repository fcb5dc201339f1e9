using System.Runtime.Intrinsics;

namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// One call of <see cref="Attention"/>. Queries that share a key-value head are rows of one product: row r of a head's rows is
/// query r / group of head r mod group. A worker takes some rows and walks over the blocks of keys: scores, online softmax,
/// weighted values, all of them in its nearest caches.
/// </summary>
internal sealed unsafe class AttentionJob
{
    // Rows a worker takes at once; a multiple of every tile's rows.
    private const int RowsPerPiece = 48;

    private const int KeyBlock = SummationOrder.KeyBlock;
    private const int RowStride = SummationOrder.BlockLimit;

    private readonly ComputeContext _context;
    private readonly PackedKeyValues _packed = new();
    private readonly MicroKernel _scoreKernel;
    private MicroKernel _valueKernel;
    private AttentionShape _shape = new(1, 1, 1, 1f);
    private MatrixView _queries;
    private MatrixView _output;
    private int _firstPosition;
    private bool _isCausal;
    private int _piecesPerHead;
    private int _rowsPerHead;

    // Makes the job of a context; it is used for all its calls.
    public AttentionJob(ComputeContext context, MicroKernel kernel)
    {
        _context = context;
        _scoreKernel = kernel;
        _valueKernel = kernel;
    }

    private int Group => _shape.Heads / _shape.KeyValueHeads;

    private int ScoreTileLength => _scoreKernel.TileRows * _scoreKernel.TileColumns;

    private int ValueTileLength => _valueKernel.TileRows * _valueKernel.TileColumns;

    // Runs the call; every query sees all keys unless causal.
    public void Run(AttentionShape heads, MatrixView q, KeyValueSegment prefix, KeyValueSegment suffix, bool causal, MatrixView result)
    {
        if (heads.HeadSize > RowStride)
        {
            throw new ArgumentException($"Heads of {heads.HeadSize} columns; at most {RowStride} are supported.", nameof(heads));
        }

        _shape = heads;
        _queries = q;
        _output = result;
        _isCausal = causal;
        _firstPosition = prefix.Length + suffix.Length - q.Rows;
        _valueKernel = ChooseValueKernel(_scoreKernel, heads.HeadSize);
        _packed.Describe(_scoreKernel, _valueKernel, heads.HeadSize, prefix, suffix);
        _packed.Place(_context.SharedScratch(_packed.ScratchLength(heads.KeyValueHeads)));
        _context.ReserveWorkerScratch(Layout.Of(this).Length);
        var packing = new PackingWork(this);
        _context.Pool.Run(ref packing, heads.KeyValueHeads * _packed.BlockCount);

        _rowsPerHead = q.Rows * Group;
        _piecesPerHead = (_rowsPerHead + RowsPerPiece - 1) / RowsPerPiece;
        var rows = new RowsWork(this);
        _context.Pool.Run(ref rows, heads.KeyValueHeads * _piecesPerHead);
    }

    // One wide tile where narrow ones would be a sixth zeros or more: heads of 72 columns take 3 × 32, but 1 × 80.
    private static MicroKernel ChooseValueKernel(MicroKernel kernel, int headSize)
    {
        var wide = MicroKernel.Wide;
        return kernel is VectorMicroKernel<Lanes512, Vector512<float>> && PaddedSize(wide) * 6 <= PaddedSize(kernel) * 5 ? wide : kernel;

        int PaddedSize(MicroKernel candidate) => (headSize + candidate.TileColumns - 1) / candidate.TileColumns * candidate.TileColumns;
    }

    private void PackBlock(int piece, int worker)
        => _packed.Pack(piece / _packed.BlockCount, piece % _packed.BlockCount, _context.WorkerScratch(worker));

    private void RunRows(int piece, int worker)
    {
        var head = piece / _piecesPerHead;

        // The last rows see most keys: they start first, so that no worker is left with a long one at the end.
        var firstRow = (_piecesPerHead - 1 - (piece % _piecesPerHead)) * RowsPerPiece;
        var rows = Math.Min(RowsPerPiece, _rowsPerHead - firstRow);
        var layout = Layout.Of(this);
        var scratch = _context.WorkerScratch(worker);
        PackQueries(head, firstRow, rows, scratch + layout.Queries);
        new Span<float>(scratch + layout.Highest, RowsPerPiece).Fill(float.NegativeInfinity);
        new Span<float>(scratch + layout.Totals, RowsPerPiece).Clear();
        var lastVisible = Visible(firstRow + rows - 1);
        for (var block = 0; block * KeyBlock < lastVisible; block++)
        {
            for (var row = 0; row < rows; row += _scoreKernel.TileRows)
            {
                var count = Math.Min(_scoreKernel.TileRows, rows - row);
                var depth = Math.Min(KeyBlock, Visible(firstRow + row + count - 1) - (block * KeyBlock));
                if (depth > 0)
                {
                    RunTile(head, block, firstRow, row, count, depth, scratch, layout);
                }
            }
        }

        WriteOutput(head, firstRow, rows, scratch, layout);
    }

    private int Visible(int row) => _isCausal ? _firstPosition + (row / Group) + 1 : _packed.Length;

    private void RunTile(int head, int block, int firstRow, int row, int count, int depth, float* scratch, in Layout layout)
    {
        var width = _scoreKernel.TileColumns;
        var keys = _packed.Keys(head, block);
        var scores = scratch + layout.Scores;
        var tile = scores;
        for (var column = 0; column < depth; column += width)
        {
            _scoreKernel.Multiply(scratch + layout.Queries + (row * RowStride), keys, _shape.HeadSize, tile, count, isFirst: true);
            keys += _packed.KeyPanelLength;
            tile += ScoreTileLength;
        }

        var weights = scratch + layout.Weights;
        var results = scratch + layout.Results + ((long)row / _valueKernel.TileRows * _packed.ValuePanels * ValueTileLength);
        for (var index = 0; index < count; index++)
        {
            var visible = Math.Clamp(Visible(firstRow + row + index) - (block * KeyBlock), 0, depth);
            var fade = OnlineSoftmax.Step16(
                scores + (index * width),
                width,
                ScoreTileLength,
                visible,
                depth,
                _shape.Scale,
                weights + (index * RowStride),
                ref scratch[layout.Highest + row + index],
                ref scratch[layout.Totals + row + index]);
            if (fade != 1f && block > 0)
            {
                Fade(results, index, fade);
            }
        }

        for (var start = 0; start < count; start += _valueKernel.TileRows)
        {
            var values = _packed.Values(head, block);
            var tileRows = Math.Min(_valueKernel.TileRows, count - start);
            for (var panel = 0; panel < _packed.ValuePanels; panel++)
            {
                _valueKernel.Multiply(weights + (start * RowStride), values, depth, results, tileRows, isFirst: block == 0);
                values += _packed.ValuePanelLength;
                results += ValueTileLength;
            }
        }
    }

    private void Fade(float* results, int row, float fade)
    {
        var width = _valueKernel.TileColumns;
        var tile = results
            + ((long)row / _valueKernel.TileRows * _packed.ValuePanels * ValueTileLength)
            + (row % _valueKernel.TileRows * width);
        for (var panel = 0; panel < _packed.ValuePanels; panel++, tile += ValueTileLength)
        {
            RowMath.Scale(tile, width, fade, tile);
        }
    }

    private void PackQueries(int head, int firstRow, int rows, float* target)
    {
        for (var row = 0; row < rows; row++, target += RowStride)
        {
            var column = ((head * Group) + ((firstRow + row) % Group)) * _shape.HeadSize;
            var source = _queries.RowPointer((firstRow + row) / Group) + column;
            new ReadOnlySpan<float>(source, _shape.HeadSize).CopyTo(new Span<float>(target, _shape.HeadSize));
        }
    }

    private void WriteOutput(int head, int firstRow, int rows, float* scratch, in Layout layout)
    {
        var width = _valueKernel.TileColumns;
        for (var row = 0; row < rows; row++)
        {
            var column = ((head * Group) + ((firstRow + row) % Group)) * _shape.HeadSize;
            var target = _output.RowPointer((firstRow + row) / Group) + column;
            var factor = 1f / scratch[layout.Totals + row];
            var tile = scratch + layout.Results
                + ((long)row / _valueKernel.TileRows * _packed.ValuePanels * ValueTileLength)
                + (row % _valueKernel.TileRows * width);
            for (var done = 0; done < _shape.HeadSize; done += width, tile += ValueTileLength)
            {
                RowMath.Scale(tile, Math.Min(width, _shape.HeadSize - done), factor, target + done);
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
            var scores = RowsPerPiece * RowStride;
            var weights = scores + (job._scoreKernel.TileRows * (KeyBlock + job._scoreKernel.TileColumns));
            var results = weights + (job._scoreKernel.TileRows * RowStride);
            var highest = results + (RowsPerPiece / job._valueKernel.TileRows * job._packed.ValuePanels * job.ValueTileLength);
            return new Layout(0, scores, weights, results, highest, highest + RowsPerPiece, highest + (2 * RowsPerPiece));
        }
    }
}
