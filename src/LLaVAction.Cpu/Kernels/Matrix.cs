namespace LLaVAction.Cpu.Kernels;

/// <summary>A float32 matrix that owns its memory: <see cref="Rows"/> × <see cref="Columns"/>, row major, without gaps.</summary>
internal sealed unsafe class Matrix : IDisposable
{
    private readonly NativeBuffer _buffer;

    public Matrix(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        _buffer = new NativeBuffer((long)rows * columns);
    }

    public int Rows { get; }

    public int Columns { get; }

    public MatrixView View => new(_buffer.Pointer, Rows, Columns, Columns);

    // All values, row major; only for matrices of fewer than 2³¹ values.
    public Span<float> Span => _buffer.Span;

    public static Matrix FromValues(int rows, int columns, ReadOnlySpan<float> values)
    {
        var matrix = new Matrix(rows, columns);
        values.CopyTo(matrix.Span);
        return matrix;
    }

    public Span<float> Row(int row) => View.Row(row);

    public void Dispose() => _buffer.Dispose();
}

/// <summary>
/// A window on a <see cref="Matrix"/>: rows lie <see cref="Stride"/> values apart. Valid while the matrix lives.
/// </summary>
internal readonly unsafe struct MatrixView
{
    public MatrixView(float* pointer, int rows, int columns, int stride)
    {
        Pointer = pointer;
        Rows = rows;
        Columns = columns;
        Stride = stride;
    }

    public float* Pointer { get; }

    public int Rows { get; }

    public int Columns { get; }

    public int Stride { get; }

    public float* RowPointer(int row) => Pointer + ((long)row * Stride);

    public Span<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return new Span<float>(RowPointer(row), Columns);
    }

    public MatrixView SliceRows(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - start);
        return new MatrixView(RowPointer(start), count, Columns, Stride);
    }

    public MatrixView SliceColumns(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Columns - start);
        return new MatrixView(Pointer + start, Rows, count, Stride);
    }

    public void CopyTo(MatrixView target)
    {
        target.RequireShape(Rows, Columns, nameof(target));
        for (var row = 0; row < Rows; row++)
        {
            Row(row).CopyTo(target.Row(row));
        }
    }

    /// <summary>Guards the kernels, which trust shapes, against a caller's mistake.</summary>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public void RequireShape(int rows, int columns, string name)
    {
        if (Rows != rows || Columns != columns)
        {
            throw new ArgumentException($"{name} is [{Rows}, {Columns}], expected [{rows}, {columns}].", name);
        }
    }
}
