namespace LLaVAction.Benchmarks.OptionsOnly;

/// <summary>
/// Exponential and logarithm from IEEE additions, multiplications and divisions alone: the manifest holds figures that rest
/// on them, and must come out the same, to the bit, whatever the machine's mathematics library.
/// </summary>
public static class PortableMath
{
    // ln 2 in two parts: products of the first with exponents are exact (Cody and Waite 1980).
    private const double Log2 = 6.93147180369123816490e-01;
    private const double Log2Rest = 1.90821492927058770002e-10;

    // 1/13! to 1/0!.
    private static ReadOnlySpan<double> InverseFactorials =>
    [
        1.6059043836821613e-10, 2.08767569878681e-09, 2.505210838544172e-08, 2.755731922398589e-07, 2.7557319223985893e-06, 2.48015873015873e-05,
        0.0001984126984126984, 0.001388888888888889, 0.008333333333333333, 0.041666666666666664, 0.16666666666666666, 0.5, 1, 1,
    ];

    /// <summary>e^x by range reduction and a Taylor series, relative error below 1e-14; 0 below −700, clamped above 700.</summary>
    public static double Exp(double x)
    {
        if (x < -700)
        {
            return 0;
        }

        var clamped = Math.Min(x, 700);
        var exponent = Math.Round(clamped / (Log2 + Log2Rest));
        var remainder = clamped - (exponent * Log2) - (exponent * Log2Rest);
        var sum = 0.0;
        foreach (var coefficient in InverseFactorials)
        {
            sum = (sum * remainder) + coefficient;
        }

        return sum * BitConverter.Int64BitsToDouble(((long)exponent + 1023) << 52);
    }

    /// <summary>ln x of a normal positive number by ln m = 2·artanh((m−1)/(m+1)), absolute error below 1e-14.</summary>
    public static double Log(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        var exponent = (bits >> 52) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }

        var ratio = (mantissa - 1) / (mantissa + 1);
        var square = ratio * ratio;
        var sum = 0.0;
        for (var term = 25; term >= 1; term -= 2)
        {
            sum = (1.0 / term) + (square * sum);
        }

        return (exponent * Log2) + ((exponent * Log2Rest) + (2 * ratio * sum));
    }
}
