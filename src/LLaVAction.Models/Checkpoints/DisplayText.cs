using System.Globalization;
using System.Text;

namespace LLaVAction.Models.Checkpoints;

/// <summary>Names and shapes from untrusted files as they appear in messages: short, one line, printable.</summary>
public static class DisplayText
{
    private const int LongestName = 120;

    /// <summary>A name in quotes, shortened.</summary>
    public static string Quote(string name) => $"'{Shorten(name)}'";

    /// <summary>The first characters of a text, without control characters and surrogates.</summary>
    public static string Shorten(string name)
    {
        var text = new StringBuilder();
        foreach (var unit in name.Length > LongestName ? name[..LongestName] : name)
        {
            text.Append(char.IsControl(unit) || char.IsSurrogate(unit) ? '\uFFFD' : unit);
        }

        return text.Append(name.Length > LongestName ? "…" : "").ToString();
    }

    /// <summary>A shape as <c>[2, 3]</c>, shortened.</summary>
    public static string Shape(IEnumerable<long> shape)
    {
        var sizes = shape.Take(9).ToArray();
        var shown = sizes.Take(8).Select(size => size.ToString(CultureInfo.InvariantCulture));
        return $"[{string.Join(", ", shown)}{(sizes.Length > 8 ? ", …" : "")}]";
    }
}
