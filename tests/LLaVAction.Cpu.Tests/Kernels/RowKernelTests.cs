using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>Row kernels against their scalar definitions (to the bit) and plain formulas.</summary>
public sealed class RowKernelTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(15, false)]
    [InlineData(33, true)]
    [InlineData(896, false)]
    [InlineData(1152, true)]
    public void Normalisation_equals_its_definition_to_the_bit(int columns, bool isCentred)
    {
        var scale = TestValues.Noise(columns, "scale");
        var normalization = isCentred
            ? Normalization.LayerNorm(scale, TestValues.Noise(columns, "shift"), 1e-6f)
            : Normalization.RmsNorm(scale, 1e-6f);
        using var context = new ComputeContext(2);
        using var x = TestValues.Matrix(40, columns, "x", hasOutliers: true);
        using Matrix y = new(40, columns);
        RowKernels.Normalize(context, x.View, normalization, y.View);
        var expected = new float[columns];
        for (var row = 0; row < 40; row++)
        {
            ScalarRows.Normalize(x.Row(row), normalization, expected);
            Assert.Equal(expected, y.Row(row));
        }
    }

    [Fact]
    public void Layer_norm_agrees_with_float64()
    {
        var scale = TestValues.Noise(500, "scale");
        var shift = TestValues.Noise(500, "shift");
        using var context = new ComputeContext(1);
        using var x = TestValues.Matrix(3, 500, "x", hasOutliers: true);
        using Matrix y = new(3, 500);
        RowKernels.Normalize(context, x.View, Normalization.LayerNorm(scale, shift, 1e-6f), y.View);
        for (var row = 0; row < 3; row++)
        {
            var values = Array.ConvertAll(x.Row(row).ToArray(), value => (double)value);
            var mean = values.Average();
            var variance = values.Average(value => (value - mean) * (value - mean));
            for (var column = 0; column < 500; column++)
            {
                var truth = ((values[column] - mean) / Math.Sqrt(variance + 1e-6) * scale[column]) + shift[column];
                Assert.InRange(y.Row(row)[column], truth - 1e-5, truth + 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    [InlineData(64)]
    [InlineData(128)]
    public void Rotary_embedding_equals_its_definition_and_keeps_lengths(int headSize)
    {
        const int FirstPosition = 3000;
        var half = headSize / 2;
        var rotary = new RotaryEmbedding(headSize, 1_000_000);
        using var context = new ComputeContext(2);
        using var x = TestValues.Matrix(50, 3 * headSize, "x");
        using var y = TestValues.Matrix(50, 3 * headSize, "x");
        rotary.Apply(context, y.View, FirstPosition);
        var cosine = new float[half];
        var sine = new float[half];
        for (var row = 0; row < 50; row++)
        {
            for (var index = 0; index < half; index++)
            {
                var angle = (FirstPosition + row) * (1f / (float)Math.Pow(1_000_000, 2f * index / headSize));
                cosine[index] = MathF.Cos(angle);
                sine[index] = MathF.Sin(angle);
            }

            var expected = x.Row(row).ToArray();
            ScalarRows.Rotate(expected, headSize, cosine, sine);
            Assert.Equal(expected, y.Row(row));
            Assert.Equal(x.Row(row).ToArray().Sum(value => value * value), y.Row(row).ToArray().Sum(value => value * value), 0.01);
        }
    }

    [Fact]
    public void A_shorter_addend_starts_again()
    {
        using var context = new ComputeContext(2);
        using var x = TestValues.Matrix(45, 19, "x");
        using var sum = TestValues.Matrix(45, 19, "x");
        using var addend = TestValues.Matrix(9, 19, "addend");
        RowKernels.Add(context, sum.View, addend.View);
        for (var row = 0; row < 45; row++)
        {
            for (var column = 0; column < 19; column++)
            {
                Assert.Equal(x.Row(row)[column] + addend.Row(row % 9)[column], sum.Row(row)[column]);
            }
        }
    }

    [Theory]
    [InlineData("Float32")]
    [InlineData("BFloat16")]
    [InlineData("Float16")]
    public void Embeddings_are_the_rows_of_their_table(string type)
    {
        var table = TestValues.Layer(11, 21, Enum.Parse<WeightType>(type), hasBias: false, "table").Weight;
        var all = table.ToArray();
        using Matrix y = new(3, 21);
        RowKernels.Embed(table, [10, 0, 10], y.View);
        Assert.Equal(all.AsSpan(210, 21), y.Row(0));
        Assert.Equal(all.AsSpan(0, 21), y.Row(1));
        Assert.Equal(all.AsSpan(210, 21), y.Row(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowKernels.Embed(table, [11], y.View.SliceRows(0, 1)));
    }

    [Fact]
    public void The_first_of_equal_maxima_is_chosen_and_log_probabilities_sum_to_one()
    {
        float[] values = [1f, 7f, -3f, 7f];
        Assert.Equal(1, RowKernels.ArgMax(values));
        var normalizer = RowKernels.LogSumExp(values);
        Assert.Equal(1.0, values.Sum(value => Math.Exp(value - normalizer)), 1e-12);
        Assert.Equal(5000.0 + Math.Log(2), RowKernels.LogSumExp([5000f, 5000f]), 1e-9);
    }
}
