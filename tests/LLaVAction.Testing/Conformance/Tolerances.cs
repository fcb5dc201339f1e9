using System.Globalization;

namespace LLaVAction.Testing.Conformance;

/// <summary>Comparisons of float tensors.</summary>
public static class Tolerances
{
    /// <summary>Largest absolute difference from a golden, at every stage, in float32.</summary>
    public const double Golden = 1e-4;

    /// <summary>Largest absolute difference between a cached prefix and a full prefill.</summary>
    public const double Prefix = 1e-5;

    /// <summary>Fails with the place and size of the largest difference.</summary>
    public static void AssertClose(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.True(
            expected.Length == actual.Length,
            string.Create(CultureInfo.InvariantCulture, $"{what}: {actual.Length} values, expected {expected.Length}"));
        var worst = 0;
        double largest = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= largest))
            {
                worst = i;
                largest = difference;
            }
        }

        Assert.True(
            largest <= tolerance,
            expected.Length == 0 ? what : string.Create(CultureInfo.InvariantCulture, $"{what}: value {worst} is {actual[worst]:G9}, expected {expected[worst]:G9}, off by {largest:G3} > {tolerance:G1}"));
    }
}
