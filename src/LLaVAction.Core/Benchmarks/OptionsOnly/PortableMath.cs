using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
    private const double InverseLog2 = 1.44269504088896338700;

    /// <summary>1.5 · 2⁵²: a number added to it is rounded to an integer, which its lowest bits hold.</summary>
    private const double Rounding = 6755399441055744;

    private const double Least = -700;
    private const double Most = 700;

    /// <summary>1/n! for n from 13 down to 2; the next term is below 1e-17 of the sum.</summary>
    private static ReadOnlySpan<double> InverseFactorials =>
    [
        1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0,
        1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5,
    ];

    /// <summary>e^x by range reduction and a Taylor series, relative error below 1e-14; 0 below −700, clamped above 700.</summary>
    public static double Exp(double x)
    {
        if (x < Least)
        {
            return 0;
        }

        var clamped = Math.Min(x, Most);
        var shifted = (clamped * InverseLog2) + Rounding;
        var exponent = shifted - Rounding;
        var remainder = clamped - (exponent * Log2) - (exponent * Log2Rest);
        var sum = InverseFactorials[0];
        foreach (var coefficient in InverseFactorials[1..])
        {
            sum = (sum * remainder) + coefficient;
        }

        sum = (((sum * remainder) + 1) * remainder) + 1;
        return sum * BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(shifted) + 1023) << 52);
    }

    /// <summary>The same of eight numbers, to the bit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Exp(Vector512<double> x)
    {
        var clamped = Vector512.Min(x, Vector512.Create(Most));
        var shifted = (clamped * InverseLog2) + Vector512.Create(Rounding);
        var exponent = shifted - Vector512.Create(Rounding);
        var remainder = clamped - (exponent * Log2) - (exponent * Log2Rest);
        var sum = Vector512.Create(InverseFactorials[0]);
        foreach (var coefficient in InverseFactorials[1..])
        {
            sum = (sum * remainder) + Vector512.Create(coefficient);
        }

        sum = (((sum * remainder) + Vector512<double>.One) * remainder) + Vector512<double>.One;
        var power = ((shifted.AsInt64() + Vector512.Create(1023L)) << 52).AsDouble();
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Least)), Vector512<double>.Zero, sum * power);
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
