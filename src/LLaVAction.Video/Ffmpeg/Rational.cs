using System.Globalization;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>A positive rational number as ffmpeg writes them: frame rates and units of time stamps.</summary>
internal readonly record struct Rational(long Numerator, long Denominator)
{
    public double Value => (double)Numerator / Denominator;

    public double Times(long count) => (double)count * Numerator / Denominator;

    // Reads '60000/1001'; false for anything else, and for what is not positive ('0/0' means unknown).
    public static bool TryParse(string? text, out Rational value)
    {
        value = default;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0
            || !long.TryParse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var numerator)
            || !long.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var denominator)
            || numerator == 0
            || denominator == 0)
        {
            return false;
        }

        value = new Rational(numerator, denominator);
        return true;
    }
}
