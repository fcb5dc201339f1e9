using LLaVAction.Cpu.Kernels;

namespace LLaVAction.Cpu.Tests.Kernels;

/// <summary>The definitions against plain float64 arithmetic.</summary>
public sealed class ScalarTwinTests
{
    [Fact]
    public void Exp_is_within_two_units_of_the_last_place()
    {
        for (var x = -87.3f; x < 88f; x += 0.00037f)
        {
            var truth = Math.Exp(x);
            Assert.InRange(ScalarMath.Exp(x), truth * (1 - 2.4e-7), truth * (1 + 2.4e-7));
        }

        Assert.Equal(1f, ScalarMath.Exp(0f));
        Assert.Equal(0f, ScalarMath.Exp(float.NegativeInfinity));
        Assert.Equal(0f, ScalarMath.Exp(-104f));
        Assert.True(float.IsFinite(ScalarMath.Exp(1e30f)));
    }

    [Fact]
    public void Erf_is_within_2e_7()
    {
        for (double x = -6; x < 6; x += 0.0007)
        {
            Assert.InRange(ScalarMath.Erf((float)x), Erf((float)x) - 2e-7, Erf((float)x) + 2e-7);
        }
    }

    [Theory]
    [InlineData(-1e4f)]
    [InlineData(-40f)]
    [InlineData(-3.5f)]
    [InlineData(-0.01f)]
    [InlineData(0f)]
    [InlineData(0.7f)]
    [InlineData(12f)]
    [InlineData(1e4f)]
    public void Activations_agree_with_their_formulas(float x)
    {
        var tolerance = 1e-6 + (Math.Abs(x) * 3e-7);
        var cubic = Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x));
        Assert.InRange(ScalarMath.GeluTanh(x), (0.5 * x * (1 + Math.Tanh(cubic))) - tolerance, (0.5 * x * (1 + Math.Tanh(cubic))) + tolerance);
        Assert.InRange(ScalarMath.GeluErf(x), (0.5 * x * (1 + Erf(x / Math.Sqrt(2)))) - tolerance, (0.5 * x * (1 + Erf(x / Math.Sqrt(2)))) + tolerance);
        Assert.InRange(ScalarMath.Silu(x), (x / (1 + Math.Exp(-x))) - tolerance, (x / (1 + Math.Exp(-x))) + tolerance);
    }

    [Fact]
    public void A_projection_agrees_with_float64()
    {
        using var x = TestValues.Matrix(1, 1153, "x");
        var weight = TestValues.Noise(1153, "w");
        double truth = 0;
        for (var index = 0; index < weight.Length; index++)
        {
            truth += (double)x.Span[index] * weight[index];
        }

        Assert.InRange(ScalarLinear.Dot(x.Span, weight), truth - 1e-4, truth + 1e-4);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 200)]
    [InlineData(130, 300)]
    public void Attention_agrees_with_a_softmax_over_all_scores(int prefixLength, int length)
    {
        const int HeadSize = 24;
        using var context = new ComputeContext(1);
        using var q = TestValues.Matrix(length, 4 * HeadSize, "q");
        using var k = TestValues.Matrix(prefixLength + length, 2 * HeadSize, "k");
        using var v = TestValues.Matrix(prefixLength + length, 2 * HeadSize, "v");
        using Matrix output = new(length, 4 * HeadSize);
        Attention.Causal(
            context,
            new AttentionShape(4, 2, HeadSize, 0.2f),
            q.View,
            new KeyValueSegment(k.View.SliceRows(0, prefixLength), v.View.SliceRows(0, prefixLength)),
            new KeyValueSegment(k.View.SliceRows(prefixLength, length), v.View.SliceRows(prefixLength, length)),
            output.View);
        for (var row = 0; row < length; row += 7)
        {
            for (var head = 0; head < 4; head++)
            {
                var weights = new double[prefixLength + row + 1];
                for (var key = 0; key < weights.Length; key++)
                {
                    for (var column = 0; column < HeadSize; column++)
                    {
                        weights[key] += 0.2 * q.Row(row)[(head * HeadSize) + column] * k.Row(key)[(head / 2 * HeadSize) + column];
                    }

                    weights[key] = Math.Exp(weights[key]);
                }

                for (var column = 0; column < HeadSize; column++)
                {
                    double truth = 0;
                    for (var key = 0; key < weights.Length; key++)
                    {
                        truth += weights[key] / weights.Sum() * v.Row(key)[(head / 2 * HeadSize) + column];
                    }

                    Assert.InRange(output.Row(row)[(head * HeadSize) + column], truth - 1e-5, truth + 1e-5);
                }
            }
        }
    }

    /// <summary>erf by its series (small arguments) or continued fraction, in float64.</summary>
    private static double Erf(double x)
    {
        var size = Math.Abs(x);
        if (size > 6)
        {
            return Math.Sign(x);
        }

        var term = size;
        var sum = size;
        for (var index = 1; index < 200; index++)
        {
            term *= -size * size / index;
            sum += term / ((2 * index) + 1);
        }

        return size < 3.5
            ? Math.Sign(x) * sum * 2 / Math.Sqrt(Math.PI)
            : Math.Sign(x) * (1 - (Math.Exp(-size * size) / (size * Math.Sqrt(Math.PI)) * (1 - (0.5 / (size * size)))));
    }
}
