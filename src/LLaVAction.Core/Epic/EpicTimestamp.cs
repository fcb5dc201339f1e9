namespace LLaVAction.Epic;

/// <summary>Timestamps of the EPIC-KITCHENS-100 CSVs: <c>HH:mm:ss.ff</c> or <c>HH:mm:ss.fff</c>.</summary>
public static class EpicTimestamp
{
    /// <summary>What a message says was expected.</summary>
    public const string Expected = "HH:mm:ss.ff or HH:mm:ss.fff, such as 00:01:09.82";

    /// <summary>
    /// Reads a timestamp strictly: two digits each of hours, minutes and seconds (below 60), two or three decimals.
    /// </summary>
    /// <param name="text">The field, as ASCII.</param>
    /// <param name="seconds">The time as the double nearest to the decimal text.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out double seconds)
    {
        seconds = 0;
        if (text.Length is not (11 or 12) || text[2] != ':' || text[5] != ':' || text[8] != '.'
            || !TryDigits(text[..2], out var hours)
            || !TryDigits(text[3..5], out var minutes)
            || !TryDigits(text[6..8], out var wholeSeconds)
            || !TryDigits(text[9..], out var fraction)
            || minutes > 59 || wholeSeconds > 59)
        {
            return false;
        }

        var milliseconds = text.Length == 11 ? fraction * 10 : fraction;
        seconds = ((((((hours * 60) + minutes) * 60) + wholeSeconds) * 1000) + milliseconds) / 1000.0;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return true;
    }
}
