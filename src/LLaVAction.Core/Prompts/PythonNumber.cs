using System.Globalization;

namespace LLaVAction.Prompts;

/// <summary>Numbers in prompts as Python writes them, for the original wrote its prompts in Python.</summary>
public static class PythonNumber
{
    // Enough digits to tell an exact tie from its neighbours for any time in a video.
    private const int TieDigits = 60;

    /// <summary>
    /// <c>f"{value:.Nf}"</c>: exactly rounded, ties to the even digit (.NET alone rounds exact ties away from zero).
    /// </summary>
    public static string Fixed(double value, int decimals)
    {
        var rounded = value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var exact = value.ToString("F" + TieDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var cut = exact.IndexOf('.', StringComparison.Ordinal) + 1 + decimals;
        var isTie = exact[cut] == '5' && exact.AsSpan(cut + 1).TrimEnd('0').IsEmpty;
        if (!isTie)
        {
            return rounded;
        }

        var truncated = decimals == 0 ? exact[..(cut - 1)] : exact[..cut];
        return (truncated[^1] - '0') % 2 == 0 ? truncated : rounded;
    }

    /// <summary><c>round(value, decimals)</c>.</summary>
    public static double Round(double value, int decimals) =>
        double.Parse(Fixed(value, decimals), CultureInfo.InvariantCulture);

    /// <summary><c>str(value)</c> for magnitudes from 0.0001 up to 1e16, and zero: the shortest digits, always with a point.</summary>
    public static string Text(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
    }
}
