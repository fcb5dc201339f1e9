using System.Globalization;
using System.Text;

namespace LLaVAction.Reports;

/// <summary>Text that becomes HTML: everything interpolated is escaped, everything else stands as it is.</summary>
public sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup.</summary>
    public HtmlText Markup(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Adds text, escaped for element content and quoted attributes.</summary>
    public HtmlText Text(string content)
    {
        _text.Append(Escape(content));
        return this;
    }

    /// <summary>Adds an element with text in it.</summary>
    /// <param name="tag">Name, with attributes where there are any: <c>td class="number"</c>.</param>
    /// <param name="content">Its text.</param>
    public HtmlText Element(string tag, string content)
    {
        _text.Append('<').Append(tag).Append('>').Append(Escape(content)).Append("</").Append(tag.Split(' ')[0]).Append(">\n");
        return this;
    }

    /// <summary>The HTML so far.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Escapes text for element content and quoted attributes.</summary>
    public static string Escape(string content)
    {
        return content
            .Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal)
            .Replace("'", "&#39;", StringComparison.Ordinal);
    }

    /// <summary>A share in percent with one decimal.</summary>
    public static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A coordinate with at most two decimals.</summary>
    public static string Coordinate(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
