using System.Runtime.InteropServices;

namespace LLaVAction.Cpu.Kernels;

/// <summary>Number formats weights are stored in.</summary>
internal enum WeightType
{
    // IEEE binary32.
    Float32,

    // The upper half of binary32.
    BFloat16,

    // IEEE binary16.
    Float16,
}

/// <summary>
/// A weight as checkpoints hold it: one row per output feature, one column per input feature, row major, in its stored
/// type. It is never copied: kernels read it where it lies, so a model needs little more memory than its file.
/// </summary>
internal sealed unsafe class WeightMatrix
{
    private readonly object _owner;

    /// <summary>A weight over memory that <paramref name="owner"/> keeps alive and unmoved.</summary>
    /// <param name="address">First value; need not be aligned.</param>
    /// <param name="type">Stored type.</param>
    /// <param name="rows">Output features.</param>
    /// <param name="columns">Input features.</param>
    /// <param name="owner">What must live as long as this weight: the checkpoint, or a buffer.</param>
    public WeightMatrix(nint address, WeightType type, int rows, int columns, object owner)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Pointer = (byte*)address;
        Type = type;
        Rows = rows;
        Columns = columns;
        _owner = owner;
    }

    public byte* Pointer { get; }

    public WeightType Type { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int ElementSize => Type == WeightType.Float32 ? sizeof(float) : sizeof(ushort);

    // A float32 weight with a copy of values, row major.
    public static WeightMatrix FromValues(int rows, int columns, ReadOnlySpan<float> values)
    {
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException($"{values.Length} values for a [{rows}, {columns}] weight.", nameof(values));
        }

        var buffer = new NativeBuffer(values.Length);
        values.CopyTo(buffer.Span);
        return new WeightMatrix((nint)buffer.Pointer, WeightType.Float32, rows, columns, buffer);
    }

    // A 16-bit weight with a copy of the stored bits, row major.
    public static WeightMatrix FromBits(WeightType type, int rows, int columns, ReadOnlySpan<ushort> bits)
    {
        if (type == WeightType.Float32 || bits.Length != (long)rows * columns)
        {
            throw new ArgumentException($"{bits.Length} 16-bit values for a [{rows}, {columns}] {type} weight.", nameof(bits));
        }

        var buffer = new NativeBuffer((bits.Length + 1L) / 2);
        bits.CopyTo(new Span<ushort>(buffer.Pointer, bits.Length));
        return new WeightMatrix((nint)buffer.Pointer, type, rows, columns, buffer);
    }

    public WeightMatrix SliceRows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - start);
        return new WeightMatrix((nint)(Pointer + ((long)start * Columns * ElementSize)), Type, count, Columns, _owner);
    }

    // One row as float32: a token's embedding, a bias, the scale of a norm. Every stored type widens exactly.
    public void ReadRow(int row, Span<float> target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        if (target.Length != Columns)
        {
            throw new ArgumentException($"{target.Length} values for a row of {Columns}.", nameof(target));
        }

        var source = Pointer + ((long)row * Columns * ElementSize);
        switch (Type)
        {
            case WeightType.Float32:
                MemoryMarshal.Cast<byte, float>(new ReadOnlySpan<byte>(source, Columns * sizeof(float))).CopyTo(target);
                break;
            case WeightType.BFloat16:
                for (var column = 0; column < Columns; column++)
                {
                    target[column] = BitConverter.UInt32BitsToSingle((uint)((ushort*)source)[column] << 16);
                }

                break;
            default:
                for (var column = 0; column < Columns; column++)
                {
                    target[column] = (float)((Half*)source)[column];
                }

                break;
        }

        GC.KeepAlive(_owner);
    }

    // All values as float32, row major: for biases, norms and position tables, which are small.
    public float[] ToArray()
    {
        var values = new float[checked(Rows * Columns)];
        for (var row = 0; row < Rows; row++)
        {
            ReadRow(row, values.AsSpan(row * Columns, Columns));
        }

        return values;
    }
}

/// <summary>A projection: a weight and, where the model has one, its bias (one value per output feature).</summary>
internal sealed record DenseLayer
{
    /// <summary>Joins a weight and its bias.</summary>
    /// <exception cref="ArgumentException">The bias has another length than the weight has rows.</exception>
    public DenseLayer(WeightMatrix weight, float[]? bias = null)
    {
        if (bias is not null && bias.Length != weight.Rows)
        {
            throw new ArgumentException($"{bias.Length} biases for {weight.Rows} output features.", nameof(bias));
        }

        Weight = weight;
        Bias = bias;
    }

    public WeightMatrix Weight { get; }

    // The bias, or null.
    public float[]? Bias { get; }
}
