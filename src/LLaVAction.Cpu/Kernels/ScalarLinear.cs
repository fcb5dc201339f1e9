namespace LLaVAction.Cpu.Kernels;

/// <summary>The projections, one output at a time: the definition that every fast form equals to the bit.</summary>
internal static class ScalarLinear
{
    public static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> weightRow)
    {
        var blockSize = SummationOrder.BlockSize(x.Length);
        var total = 0f;
        for (var start = 0; start < x.Length; start += blockSize)
        {
            var end = Math.Min(x.Length, start + blockSize);
            var sum = 0f;
            for (var index = start; index < end; index++)
            {
                sum = MathF.FusedMultiplyAdd(x[index], weightRow[index], sum);
            }

            total = start == 0 ? sum : total + sum;
        }

        return total;
    }

    // What an epilogue makes of a sum; previous is what the output held.
    public static float Finish(float sum, float? bias, Epilogue epilogue, float previous)
    {
        var value = bias is { } addend ? sum + addend : sum;
        return epilogue switch
        {
            Epilogue.None => value,
            Epilogue.Add => previous + value,
            Epilogue.GeluTanh => ScalarMath.GeluTanh(value),
            Epilogue.GeluErf => ScalarMath.GeluErf(value),
            _ => throw new ArgumentOutOfRangeException(nameof(epilogue)),
        };
    }

    // y = epilogue(x · weightᵀ + bias).
    public static void Apply(MatrixView x, DenseLayer layer, MatrixView y, Epilogue epilogue)
    {
        var weightRow = new float[layer.Weight.Columns];
        for (var column = 0; column < layer.Weight.Rows; column++)
        {
            layer.Weight.ReadRow(column, weightRow);
            for (var row = 0; row < x.Rows; row++)
            {
                var target = y.Row(row);
                target[column] = Finish(Dot(x.Row(row), weightRow), layer.Bias?[column], epilogue, target[column]);
            }
        }
    }

    // y = silu(x · gateᵀ) · (x · upᵀ).
    public static void SwiGlu(MatrixView x, DenseLayer gate, DenseLayer up, MatrixView y)
    {
        var gateRow = new float[gate.Weight.Columns];
        var upRow = new float[up.Weight.Columns];
        for (var column = 0; column < gate.Weight.Rows; column++)
        {
            gate.Weight.ReadRow(column, gateRow);
            up.Weight.ReadRow(column, upRow);
            for (var row = 0; row < x.Rows; row++)
            {
                var gated = Finish(Dot(x.Row(row), gateRow), gate.Bias?[column], Epilogue.None, 0f);
                var raised = Finish(Dot(x.Row(row), upRow), up.Bias?[column], Epilogue.None, 0f);
                y.Row(row)[column] = ScalarMath.Silu(gated) * raised;
            }
        }
    }
}
