using LLaVAction.Embedded.Kernels.Scalar;

namespace LLaVAction.Embedded.Kernels;

/// <summary>
/// Rotary position embedding in the rotate-half form: column i of a head's first half and of its second half are one pair,
/// turned by position · theta^(−2i / head size). Angles are computed in float32 as the reference does.
/// </summary>
internal sealed class RotaryEmbedding
{
    private readonly float[] inverseFrequencies;
    private float[] cosine = [];
    private float[] sine = [];

    /// <summary>Angles for heads of <paramref name="headSize"/> columns.</summary>
    public RotaryEmbedding(int headSize, double theta)
    {
        HeadSize = headSize;
        inverseFrequencies = new float[headSize / 2];
        for (int index = 0; index < inverseFrequencies.Length; index++)
        {
            inverseFrequencies[index] = 1f / (float)Math.Pow(theta, (float)(2 * index) / headSize);
        }
    }

    /// <summary>Columns of one head.</summary>
    public int HeadSize { get; }

    /// <summary>Rotates rows [tokens, heads · head size] in place; row i stands at position <paramref name="firstPosition"/> + i.</summary>
    public void Apply(ComputeContext context, MatrixView x, int firstPosition)
    {
        if (x.Columns % HeadSize != 0)
        {
            throw new ArgumentException($"{x.Columns} columns are not whole heads of {HeadSize}.", nameof(x));
        }

        int half = HeadSize / 2;
        Reserve(firstPosition + x.Rows);
        for (int row = 0; row < x.Rows; row++)
        {
            int start = (firstPosition + row) * half;
            ScalarRows.Rotate(x.Row(row), HeadSize, cosine.AsSpan(start, half), sine.AsSpan(start, half));
        }
    }

    private void Reserve(int positions)
    {
        int half = HeadSize / 2;
        int have = half == 0 ? positions : cosine.Length / half;
        if (positions <= have)
        {
            return;
        }

        int want = Math.Max(positions, 2 * have);
        Array.Resize(ref cosine, want * half);
        Array.Resize(ref sine, want * half);
        for (int position = have; position < want; position++)
        {
            for (int index = 0; index < half; index++)
            {
                float angle = position * inverseFrequencies[index];
                cosine[(position * half) + index] = MathF.Cos(angle);
                sine[(position * half) + index] = MathF.Sin(angle);
            }
        }
    }
}
