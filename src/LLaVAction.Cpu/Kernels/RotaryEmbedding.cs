namespace LLaVAction.Cpu.Kernels;

/// <summary>
/// Rotary position embedding in the rotate-half form: column i of a head's first half and of its second half are one pair,
/// turned by position · theta^(−2i / head size). Angles are computed in float32 as the reference does.
/// </summary>
internal sealed unsafe class RotaryEmbedding
{
    private readonly float[] _inverseFrequencies;
    private float[] _cosine = [];
    private float[] _sine = [];

    public RotaryEmbedding(int headSize, double theta)
    {
        HeadSize = headSize;
        _inverseFrequencies = new float[headSize / 2];
        for (var index = 0; index < _inverseFrequencies.Length; index++)
        {
            _inverseFrequencies[index] = 1f / (float)Math.Pow(theta, (float)(2 * index) / headSize);
        }
    }

    public int HeadSize { get; }

    // Rotates rows [tokens, heads · head size] in place; row i stands at position firstPosition + i.
    public void Apply(ComputeContext context, MatrixView x, int firstPosition)
    {
        if (x.Columns % HeadSize != 0)
        {
            throw new ArgumentException($"{x.Columns} columns are not whole heads of {HeadSize}.", nameof(x));
        }

        var half = HeadSize / 2;
        Reserve(firstPosition + x.Rows);
        fixed (float* cosines = _cosine, sines = _sine)
        {
            var work = new RotateRows(x, HeadSize, cosines + (firstPosition * half), sines + (firstPosition * half));
            RowWork.Run(context, ref work, x.Rows);
        }
    }

    private void Reserve(int positions)
    {
        var half = HeadSize / 2;
        var have = half == 0 ? positions : _cosine.Length / half;
        if (positions <= have)
        {
            return;
        }

        var want = Math.Max(positions, 2 * have);
        Array.Resize(ref _cosine, want * half);
        Array.Resize(ref _sine, want * half);
        for (var position = have; position < want; position++)
        {
            for (var index = 0; index < half; index++)
            {
                var angle = position * _inverseFrequencies[index];
                _cosine[(position * half) + index] = MathF.Cos(angle);
                _sine[(position * half) + index] = MathF.Sin(angle);
            }
        }
    }

    private readonly struct RotateRows(MatrixView x, int headSize, float* cosine, float* sine) : IRowKernel
    {
        public void Run(int row)
        {
            var half = headSize / 2;
            for (var column = 0; column < x.Columns; column += headSize)
            {
                RowMath.Rotate(x.RowPointer(row) + column, half, cosine + (row * half), sine + (row * half));
            }
        }
    }
}
