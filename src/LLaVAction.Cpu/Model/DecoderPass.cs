using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Model;

/// <summary>Consecutive rows of a pass that belong to one sequence.</summary>
/// <param name="FirstRow">Its first row.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Cache">The sequence's keys and values so far.</param>
internal readonly record struct SequenceRows(int FirstRow, int Count, KeyValueCache Cache);

/// <summary>The rows of one pass through the decoder, and the activations its layers use again.</summary>
internal sealed class DecoderPass : IDisposable
{
    private readonly Matrix _hiddenStates;
    private readonly Matrix _query;
    private readonly Matrix _key;
    private readonly Matrix _value;
    private readonly Matrix _attended;
    private readonly Matrix _intermediate;
    private int _rows;

    public DecoderPass(ComputeContext context, RotaryEmbedding rotary, int capacity, int hiddenSize, int intermediateSize, AttentionShape attention)
    {
        Context = context;
        Rotary = rotary;
        Capacity = capacity;
        _hiddenStates = new Matrix(capacity, hiddenSize);
        _query = new Matrix(capacity, attention.Heads * attention.HeadSize);
        _key = new Matrix(capacity, attention.KeyValueHeads * attention.HeadSize);
        _value = new Matrix(capacity, attention.KeyValueHeads * attention.HeadSize);
        _attended = new Matrix(capacity, attention.Heads * attention.HeadSize);
        _intermediate = new Matrix(capacity, intermediateSize);
    }

    public ComputeContext Context { get; }

    public RotaryEmbedding Rotary { get; }

    public int Capacity { get; }

    public IReadOnlyList<SequenceRows> Sequences { get; private set; } = [];

    // The residual stream [rows, hidden].
    public MatrixView HiddenStates => _hiddenStates.View.SliceRows(0, _rows);

    public MatrixView Query => _query.View.SliceRows(0, _rows);

    public MatrixView Key => _key.View.SliceRows(0, _rows);

    public MatrixView Value => _value.View.SliceRows(0, _rows);

    // What attention gathered [rows, heads · head size].
    public MatrixView Attended => _attended.View.SliceRows(0, _rows);

    // Inside the SwiGLU block [rows, intermediate].
    public MatrixView Intermediate => _intermediate.View.SliceRows(0, _rows);

    // Sets the rows of the next pass; the caller then fills HiddenStates.
    public void Begin(IReadOnlyList<SequenceRows> sequences)
    {
        Sequences = sequences;
        _rows = sequences[^1].FirstRow + sequences[^1].Count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_rows, Capacity, nameof(sequences));
    }

    public void Dispose()
    {
        _hiddenStates.Dispose();
        _query.Dispose();
        _key.Dispose();
        _value.Dispose();
        _attended.Dispose();
        _intermediate.Dispose();
    }
}
