using System.Globalization;

namespace LLaVAction.Video.Ffmpeg;

/// <summary>
/// Takes the presentation times of the frames that leave a filter chain from what ffmpeg's <c>showinfo</c> filter writes:
/// first <c>config in time_base: 1/60000</c>, then one line with <c>n:</c> and <c>pts:</c> for each frame. The integer time
/// stamps are used, since <c>pts_time</c> has six significant digits in older versions.
/// </summary>
internal sealed class FrameTimeLog(int chain = 0)
{
    private readonly string _source = string.Create(CultureInfo.InvariantCulture, $"[{FilterName(chain)} @");
    private readonly List<double> _seconds = [];
    private Rational _timeBase;

    public IReadOnlyList<double> Seconds => _seconds;

    /// <summary>The <c>showinfo</c> filter of a chain, by the name that its lines begin with.</summary>
    public static string FilterName(int chain) => string.Create(CultureInfo.InvariantCulture, $"showinfo@clip{chain}");

    // Looks at a line; true when it is no more than information.
    public bool Take(string line)
    {
        if (!line.Contains("[info]", StringComparison.Ordinal))
        {
            return false;
        }

        if (!line.StartsWith(_source, StringComparison.Ordinal))
        {
            return true;
        }

        if (Field(line, "config in time_base:") is { } rational && Rational.TryParse(rational, out var value))
        {
            _timeBase = value;
        }
        else if (_timeBase != default
            && Field(line, " n:") is not null
            && long.TryParse(Field(line, " pts:"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var stamp))
        {
            _seconds.Add(_timeBase.Times(stamp));
        }

        return true;
    }

    private static string? Field(string line, string name)
    {
        var at = line.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var rest = line.AsSpan(at + name.Length).TrimStart();
        var end = rest.IndexOfAny(' ', ',');
        return (end < 0 ? rest : rest[..end]).ToString();
    }
}
